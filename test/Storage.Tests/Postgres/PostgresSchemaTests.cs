using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

public sealed class PostgresSchemaTests(PostgresFixture postgres)
{
    private static readonly string[] Two = ["CREATE TABLE opening (number bigint); INSERT INTO opening VALUES (0)", "CREATE TABLE second (name text)"];

    [Fact]
    public async Task Several_that_start_at_once_make_it_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        PostgresTestStore[] stores = [.. Enumerable.Range(0, 5).Select(_ => new PostgresTestStore(database))];

        await Task.WhenAll(stores.Select(store => store.StartAsync()));

        foreach (var (store, number) in stores.Select((store, number) => (store, number)))
        {
            await store.WriteAsync($"{number}", new Note { Number = number });
        }
        (await stores[0].RunForeignAsync("SELECT count(*) FROM migration")).ShouldBe(2L);
        (await stores[0].RunForeignAsync("SELECT count(DISTINCT version >> 40) FROM grain_state")).ShouldBe(5L, "each has numbers of its own");
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Several_make_one_token_key()
    {
        var database = await postgres.CreateDatabaseAsync();
        PostgresTestStore[] stores = [.. Enumerable.Range(0, 3).Select(_ => new PostgresTestStore(database))];
        await Task.WhenAll(stores.Select(store => store.StartAsync()));

        var keys = await Task.WhenAll(stores.Select(store => store.Started.TokenKeyAsync(TestContext.Current.CancellationToken)));

        keys.Select(key => Convert.ToHexString(key.Bytes)).Distinct().ShouldHaveSingleItem();
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_newer_one_is_refused_and_left_alone()
    {
        await using var test = await new PostgresTestStore(await postgres.CreateDatabaseAsync()).StartAsync();
        await test.RunForeignAsync("INSERT INTO migration (version) VALUES (99)");

        var thrown = await test.StartFailsAsync();

        thrown.Message.ShouldContain("was written by a newer version of this program (schema 99, this one knows 2).");
        (await test.RunForeignAsync("SELECT max(version) FROM migration")).ShouldBe(99);
    }

    [Fact]
    public async Task An_older_one_is_lifted_by_what_it_lacks()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var before = new PostgresTestStore(database) { Versions = Two[..1] })
        {
            await before.StartAsync();
        }

        await using var test = new PostgresTestStore(database) { Versions = Two };
        await test.StartAsync();

        (await test.RunForeignAsync("SELECT count(*) FROM migration")).ShouldBe(2L);
        (await test.RunForeignAsync("SELECT count(*) FROM second")).ShouldBe(0L);
    }

    [Fact]
    public async Task One_that_cannot_be_lifted_stays_as_it_was()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var test = new PostgresTestStore(database) { Versions = Two[..1] };
        await test.StartAsync();

        await using var failing = new PostgresTestStore(database) { Versions = [.. Two, "CREATE TABLE second (name text)"] };
        (await failing.StartFailsAsync()).Message.ShouldContain("already exists");

        (await test.RunForeignAsync("SELECT count(*) FROM migration")).ShouldBe(1L);
        (await test.RunForeignAsync("SELECT to_regclass('second') IS NULL")).ShouldBe(true);
    }

    [Fact]
    public async Task Where_the_start_may_not_lift_the_sentence_names_the_command()
    {
        var database = await postgres.CreateDatabaseAsync();
        var options = new StorageOptions { MigrateAtStart = false };
        await using var test = new PostgresTestStore(database) { Options = options };

        (await test.StartFailsAsync()).Message.ShouldContain("has version 0, and this program needs 2. Run 'orchestrator database migrate' first");

        await using (var migrating = await new PostgresTestStore(database).StartAsync())
        {
            await migrating.StopAsync();
        }
        await test.StartAsync();
    }

    [Fact]
    public async Task It_stands_beside_the_tables_of_others_and_other_schemas_of_its_own()
    {
        var database = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "CREATE TABLE grain_state (nothing text); CREATE TABLE migration (nothing text)");
        await using var one = await new PostgresTestStore(database).StartAsync();
        await using var other = new PostgresTestStore(database) { Options = new StorageOptions { PostgresSchema = "another_one" } };
        await other.StartAsync();

        await one.WriteAsync("a", new Note { Number = 1 });

        (await other.ReadAsync("a")).RecordExists.ShouldBeFalse();
        (await PostgresServer.ExecuteAsync(database, "SELECT count(*) FROM public.grain_state")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_user_without_the_right_to_make_a_schema_runs_on_one_that_is_there()
    {
        var database = await postgres.CreateDatabaseAsync();
        var user = $"{database.Split('=')[^1]}_user";
        await PostgresServer.ExecuteAsync(database, $"CREATE USER {user}");
        var limited = database.Replace("Username=postgres", $"Username={user}", StringComparison.Ordinal);
        await using var test = new PostgresTestStore(limited);

        (await test.StartFailsAsync()).Message.ShouldContain("or run 'orchestrator database migrate' as a user who has that right");

        await using (var migrating = await new PostgresTestStore(database).StartAsync())
        {
            await migrating.RunForeignAsync(
                $"GRANT USAGE ON SCHEMA orchestrator TO {user}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA orchestrator TO {user}");
        }
        await test.StartAsync();
        await test.WriteAsync("a", new Note());
    }

    [Fact]
    public async Task A_database_that_does_not_speak_unicode_is_refused()
    {
        var server = await postgres.Server;
        await using var test = new PostgresTestStore(await server.CreateDatabaseAsync("ENCODING 'SQL_ASCII' TEMPLATE template0"));

        (await test.StartFailsAsync()).Message.ShouldContain("has the encoding SQL_ASCII; it must be UTF8");
    }
}
