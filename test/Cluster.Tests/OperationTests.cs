using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>What operators do to a cluster, and what databases do to it, while people are in their sessions.</summary>
public sealed class OperationTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Shutdown = 4501;
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_rolling_restart_ends_no_session_and_loses_nothing()
    {
        await using var cluster = await SiloCluster.Start(postgres, 3);
        await using var evening = await Evening.Begin(cluster, sessions: 4, round: 0);
        await evening.AllHear();
        await using var writer = new DurableWriter(cluster, "rolling");
        foreach (var silo in cluster.Silos)
        {
            var told = evening.All.Where(p => p.Silo == silo).ToArray();
            silo.Terminate();
            (await silo.WaitForExit()).ShouldBe(0, $"{silo.Errors}{silo.Output}");
            var stopped = TimeProvider.System.GetTimestamp();
            await cluster.Add();
            await Eventually(() => evening.NotYetWhole(stopped, null));
            told.ShouldAllBe(static p => p.Heard.Any(static e => e.Name == "Disconnecting" && e.Data.GetProperty("code").GetInt32() == Shutdown));
        }

        await evening.DemandSound();
        evening.All.ShouldAllBe(static p => !p.Heard.Any(static e => e.Name == "SessionClosed"));
        evening.All.ShouldAllBe(static p => p.Resumptions.Count > 0);
        await writer.DemandAll();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Three restarted one after the other: nobody was without a seat for more than {evening.All.SelectMany(static p => p.Resumptions).Max(static r => TimeProvider.System.GetElapsedTime(r.Lost, r.Back).TotalSeconds):0.00} s, {writer.Answered} registrations answered meanwhile are there."));
    }

    [Fact]
    public async Task While_the_database_is_away_people_talk_on_and_what_must_be_durable_waits_or_is_refused_as_temporary()
    {
        await using var cluster = await SiloCluster.Start(postgres, 2);
        await using var evening = await Evening.Begin(cluster, sessions: 3, round: 0);
        await evening.AllHear();
        await using var writer = new DurableWriter(cluster, "away");
        await Eventually(() => writer.Answered > 0 ? null : "nothing is registered yet");
        var database = await postgres.Server;

        await database.StopAsync();
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < Away)
        {
            var said = TimeProvider.System.GetTimestamp();
            await Eventually(() => evening.NotYetWhole(said, null));
        }

        var refused = await evening.All.First().Try("AddScenario", new { scenarioId = "away", scenarioName = "Away", key = "away" });
        foreach (var silo in cluster.Silos)
        {
            // A proxy that sent its clients away would only take from them what works.
            await cluster.Becomes("Degraded", silo);
        }

        refused.ShouldNotBeNull().Answer!.Retry.ShouldBeTrue($"{refused}");
        var answered = writer.Answered;
        await database.StartAgainAsync();

        (await evening.All.First().Do("AddScenario", static _ => new { scenarioId = "away", scenarioName = "Away", key = "away" })).Ok();
        await Eventually(() => writer.Answered > answered ? null : "nothing is registered again");
        await cluster.Heal();
        await evening.DemandSound();
        evening.All.ShouldAllBe(static p => p.Resumptions.Count == 0, "nobody noticed");
        await writer.DemandAll();
    }

    [Fact]
    public async Task Three_that_start_at_once_on_an_empty_database_make_one_cluster()
    {
        await using var cluster = await SiloCluster.Start(postgres, 3);

        (await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.silo WHERE status = 3")).ShouldBe(3L);
        (await PostgresServer.ExecuteAsync(cluster.Database, "SELECT count(*) FROM orchestrator.cluster")).ShouldBe(1L);
    }
}
