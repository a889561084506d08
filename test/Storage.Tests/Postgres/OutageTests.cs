using System.Diagnostics;
using System.Globalization;
using Orchestrator.Testing;
using static Orchestrator.Testing.Polling;

namespace Orchestrator.Storage.Postgres;

/// <summary>The database goes away under a load and comes back: nothing acknowledged is lost, nothing is done twice.</summary>
public sealed class OutageTests
{
    private const int Loops = 8;

    private static readonly StorageOptions Impatient = new()
    {
        WriteTimeout = TimeSpan.FromSeconds(1),
        ReadTimeout = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task What_was_acknowledged_is_there_once_after_the_server_was_stopped_and_started()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var test = await new PostgresTestStore(await server.CreateDatabaseAsync()) { Options = Impatient }.StartAsync();
        await using var load = new Load(test);
        await load.GoesOnAsync();

        for (var round = 0; round < 2; round++)
        {
            await server.StopAsync();
            await Eventually(() => test.Status.IsHealthy ? "healthy without a database" : null);
            await server.StartAgainAsync();
            await load.GoesOnAsync();
        }

        load.Failed.ShouldBeGreaterThan(0, "an outage that is longer than the patience is told");
        test.Status.LastError.ShouldNotBeNull();
        await load.VerifyAsync();
    }

    [Fact]
    public async Task An_outage_that_is_shorter_than_the_patience_is_not_noticed()
    {
        await using var server = await PostgresServer.StartAsync();
        var options = new StorageOptions { WriteTimeout = TimeSpan.FromSeconds(30), ReadTimeout = TimeSpan.FromSeconds(30) };
        await using var test = await new PostgresTestStore(await server.CreateDatabaseAsync()) { Options = options }.StartAsync();
        await using var load = new Load(test);
        await load.GoesOnAsync();

        await server.StopAsync();
        await server.StartAgainAsync();

        await load.GoesOnAsync();
        load.Failed.ShouldBe(0);
        await load.VerifyAsync();
    }

    [Fact]
    public async Task Connections_that_are_cut_again_and_again_cost_nothing_but_time()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await using var test = await new PostgresTestStore(database).StartAsync();
        await using var load = new Load(test);

        for (var cut = 0; cut < 10; cut++)
        {
            await load.GoesOnAsync();
            await server.CutAsync(database);
        }

        await load.GoesOnAsync();
        load.Failed.ShouldBe(0);
        await load.VerifyAsync();
    }

    [Fact]
    public async Task A_network_that_swallows_everything_is_given_up_in_time_and_found_again()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = new LossyProxy(await server.CreateDatabaseAsync());
        await using var test = await new PostgresTestStore(proxy.Database) { Options = Impatient }.StartAsync();
        await test.WriteAsync("before", new Note());
        proxy.FallSilent();

        var clock = Stopwatch.StartNew();
        var write = await Should.ThrowAsync<StorageFailedException>(() => test.WriteAsync("during", new Note()));
        await Should.ThrowAsync<StorageFailedException>(() => test.ReadAsync("before"));

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(6));
        write.Message.ShouldContain("not known whether");
        test.Status.IsHealthy.ShouldBeFalse();
        proxy.SpeakAgain();
        await Eventually(() => test.Status.IsHealthy ? null : test.Status.LastError);
        await test.WriteAsync("after", new Note());
    }

    [Fact]
    public async Task A_store_that_holds_its_schema_is_closed_although_its_database_is_silent()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = new LossyProxy(await server.CreateDatabaseAsync());
        await using var test = await new PostgresTestStore(proxy.Database) { Options = Impatient }.StartAsync();
        await test.Store.HoldAsync(silo: null, TestContext.Current.CancellationToken);
        proxy.FallSilent();
        await Eventually(() => test.Status.IsHealthy ? "healthy without a database" : null);

        await test.Store.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_server_that_nobody_asks_anything_is_missed_too()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var test = await new PostgresTestStore(await server.CreateDatabaseAsync()) { Options = Impatient }.StartAsync();
        test.Status.IsHealthy.ShouldBeTrue();

        await server.StopAsync();

        await Eventually(() => test.Status.IsHealthy ? "healthy without a database" : null);
        await server.StartAgainAsync();
        await Eventually(() => test.Status.IsHealthy ? null : test.Status.LastError);
    }

    [Fact]
    public async Task A_start_waits_for_a_database_that_is_starting_too()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var test = new PostgresTestStore(await server.CreateDatabaseAsync());
        await server.StopAsync();

        var start = test.StartAsync();
        await server.StartAgainAsync();

        await start;
        await test.WriteAsync("a", new Note());
    }

    /// <summary>
    /// Loops that each add numbers to a list in a record of their own. After a failure they read what is true, as an
    /// activation does, and go on with the next number.
    /// </summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly PostgresTestStore _test;
        private readonly CancellationTokenSource _ended = new();
        private readonly List<int>[] _acknowledged = [.. Enumerable.Range(0, Loops).Select(_ => new List<int>())];
        private readonly Task[] _loops;
        private int _failed;

        public Load(PostgresTestStore test)
        {
            _test = test;
            _loops = [.. Enumerable.Range(0, Loops).Select(CountAsync)];
        }

        public int Failed => Volatile.Read(ref _failed);

        /// <summary>Every loop has had writes acknowledged since the call.</summary>
        public async Task GoesOnAsync()
        {
            int[] before = [.. _acknowledged.Select(Count)];
            await Eventually(() => _loops.FirstOrDefault(loop => loop.IsFaulted) is { } faulted
                ? throw faulted.Exception!
                : _acknowledged.Zip(before).All(pair => Count(pair.First) > pair.Second + 5) ? null : "a loop does not go on");
        }

        /// <summary>Every number that was acknowledged is there, and none is there twice.</summary>
        public async Task VerifyAsync()
        {
            await _ended.CancelAsync();
            await Task.WhenAll(_loops);
            for (var loop = 0; loop < Loops; loop++)
            {
                var found = Numbers((await _test.ReadAsync($"{loop}")).State!);
                found.ShouldBe([.. found.Distinct().Order()], $"record {loop}");
                found.ShouldBeSubsetOf(Enumerable.Range(0, _acknowledged[loop][^1] + 2));
                _acknowledged[loop].ShouldBeSubsetOf(found, $"record {loop}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await Task.WhenAll(_loops);
            _ended.Dispose();
        }

        private async Task CountAsync(int loop)
        {
            var id = GrainId.Create("note", $"{loop}");
            var entry = new Entry { State = new Note() };
            for (var number = 0; !_ended.IsCancellationRequested; number++)
            {
                try
                {
                    entry.State!.Text += $"{number} ";
                    await _test.Grains.WriteStateAsync("note", id, entry);
                    lock (_acknowledged[loop])
                    {
                        _acknowledged[loop].Add(number);
                    }
                }
                catch (Exception e) when (e is StorageFailedException or InconsistentStateException)
                {
                    // The latter when a write that was given up has come late, before this one.
                    Interlocked.Increment(ref _failed);
                    entry = await TruthAsync(loop);
                }
            }
        }

        private async Task<Entry> TruthAsync(int loop)
        {
            while (true)
            {
                try
                {
                    var entry = await _test.ReadAsync($"{loop}");
                    entry.State ??= new Note();
                    return entry;
                }
                catch (StorageFailedException) when (!_ended.IsCancellationRequested)
                {
                    // Not yet.
                }
            }
        }

        private static List<int> Numbers(Note note) =>
            [.. note.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

        private static int Count(List<int> numbers)
        {
            lock (numbers)
            {
                return numbers.Count;
            }
        }
    }
}
