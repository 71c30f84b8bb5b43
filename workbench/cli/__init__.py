"""click commands, one module each; heavy imports are deferred into the commands."""
