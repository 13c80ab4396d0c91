"""What `idp doctor` looks at, one table `CHECKS` a module; it judges and changes nothing."""
