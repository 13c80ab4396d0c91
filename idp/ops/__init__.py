"""Running the house: serving, health, who may run which command."""
