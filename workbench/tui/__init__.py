"""The interactive workbench: a Textual app that reads run folders and starts trainings."""
