"""On whose behalf a person may act: memberships and delegations, asked as one."""
