using Orchestrator.Testing;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
