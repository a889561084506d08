using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Postgres;

public sealed class PostgresHoldTests(PostgresFixture postgres)
{
    private static readonly SiloPlace Silo = new("one", "10.0.0.1", "here", TimeSpan.FromSeconds(15));

    [Fact]
    public async Task A_second_process_is_refused_until_the_first_has_ended()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var second = await StartAsync(database);
        await using (var first = await StartAsync(database))
        {
            await HoldAsync(first, silo: null);

            (await RefusedAsync(second, silo: null)).ShouldContain("is in use by another process (connected from ");
            (await RefusedAsync(second, Silo)).ShouldContain("is in use by another process (connected from ");
        }

        await HoldAsync(second, silo: null);
    }

    [Fact]
    public async Task It_is_waited_for_the_first_to_end()
    {
        var database = await postgres.CreateDatabaseAsync();
        var first = await StartAsync(database);
        await HoldAsync(first, silo: null);
        await using var second = await StartAsync(database);

        var held = HoldAsync(second, silo: null);
        await first.DisposeAsync();

        await held;
    }

    [Fact]
    public async Task Silos_of_one_cluster_hold_it_together_and_keep_others_out()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await StartAsync(database);
        await using var second = await StartAsync(database);
        await using var alone = await StartAsync(database);

        await HoldAsync(first, Silo);
        await HoldAsync(second, Silo with { Address = "10.0.0.2", Host = "there" });

        (await RefusedAsync(alone, silo: null)).ShouldContain("is in use by the silos of a cluster (one is connected from ");
    }

    [Theory]
    [InlineData("other", "10.0.0.1", "here", "is in use by the cluster other")]
    [InlineData("one", "127.0.0.1", "there", "The silo on there is reached at 127.0.0.1:11111, and this one on here at 10.0.0.1: they cannot find each other")]
    public async Task A_silo_that_could_not_be_one_with_those_that_are_there_is_refused(string cluster, string address, string host, string sentence)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await StartAsync(database);
        await AddSiloAsync(database, cluster, address, host, "now()");

        (await RefusedAsync(store, Silo)).ShouldContain(sentence);
    }

    [Theory]
    [InlineData("one", "127.0.0.1", "here", "now()")]
    [InlineData("one", "10.0.0.2", "there", "now()")]
    [InlineData("other", "10.0.0.1", "here", "now() - interval '16 s'")]
    public async Task One_that_could_or_that_is_alone_is_not(string cluster, string address, string host, string alive)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await StartAsync(database);
        await AddSiloAsync(database, cluster, address, host, alive);

        await HoldAsync(store, Silo);
    }

    [Fact]
    public async Task It_is_taken_again_after_its_connection_was_lost()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await StartAsync(database);
        await HoldAsync(first, silo: null);

        await (await postgres.Server).CutAsync(database);

        await Polling.Eventually(async () => await LocksAsync(database) == 1 ? null : "it is not held");
        await using var second = await StartAsync(database);
        await RefusedAsync(second, silo: null);
    }

    [Fact]
    public async Task What_another_has_taken_meanwhile_is_told()
    {
        var database = await postgres.CreateDatabaseAsync();
        using var log = new HubLog();
        using var logging = new LoggerFactory([log]);
        var time = new ManualTimeProvider();
        await using var first = new PostgresStore(new StorageOptions { Postgres = database }, time, logging.CreateLogger<PostgresStore>());
        await first.StartAsync(TestContext.Current.CancellationToken);
        await HoldAsync(first, silo: null);
        await using var second = await StartAsync(database);

        // The first looks after it when its time goes on, and not before.
        await (await postgres.Server).CutAsync(database);
        await HoldAsync(second, silo: null);

        // As fast as the real one from here on: what it asks the database is given up after some seconds.
        var since = TimeProvider.System.GetTimestamp();
        await Polling.Eventually(() =>
        {
            var now = TimeProvider.System.GetTimestamp();
            time.Advance(TimeProvider.System.GetElapsedTime(since, now));
            since = now;
            return log.Errors.Any(line => line.Text.Contains("is in use by another process", StringComparison.Ordinal)) ? null : "nothing is told";
        });
    }

    private static Task HoldAsync(PostgresStore store, SiloPlace? silo) => store.HoldAsync(silo, TestContext.Current.CancellationToken);

    private static async Task<string> RefusedAsync(PostgresStore store, SiloPlace? silo) =>
        (await Should.ThrowAsync<StorageUnavailableException>(() => HoldAsync(store, silo))).Message;

    private static async Task<PostgresStore> StartAsync(string database)
    {
        var store = new PostgresStore(new StorageOptions { Postgres = database }, TimeProvider.System, NullLogger<PostgresStore>.Instance);
        await store.StartAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private static Task<object?> AddSiloAsync(string database, string cluster, string address, string host, string alive) => PostgresServer.ExecuteAsync(
        database,
        $"""
        SET search_path TO orchestrator;
        INSERT INTO cluster (name, version) VALUES ('{cluster}', 1);
        INSERT INTO silo (cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
        VALUES ('{cluster}', '{address}', 11111, 1, 'silo', '{host}', 3, 0, now(), {alive})
        """);

    private static async Task<long> LocksAsync(string database) => (long)(await PostgresServer.ExecuteAsync(
        database,
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))!;
}
