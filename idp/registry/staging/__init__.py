"""The lines of a register's file on their way into the register; what a line may say is left to `registry.feed`."""
