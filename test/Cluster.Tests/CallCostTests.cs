using System.Globalization;
using System.Text;

namespace Orchestrator.Cluster;

/// <summary>docs/costs.md says what commands cost in calls when the members of a session are at different silos. UPDATE_DOCS=1 measures again.</summary>
public sealed class CallCostTests(PostgresFixture postgres)
{
    private const string Heading = "\n## Over silos\n";
    private const int SilosMax = 3;

    // Every command is done so often, and the median counts: a gateway that looks after its subscriptions meanwhile is no cost of it, and what came too late to be counted belongs to it.
    private const int Rounds = 5;

    // What follows from a call that is done follows at once.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);
    private static readonly string Document = Repository.Find("docs/costs.md");

    private static readonly string[] Commands = ["JoinSession", "LeaveSession", "SendSceneEventToAllUsers", "SendSceneEventToUser", "SendData"];

    [Fact]
    public async Task A_join_and_a_scene_event_cost_what_the_document_says()
    {
        var costs = new List<Dictionary<string, CallCount>>();
        for (var silos = 1; silos <= SilosMax; silos++)
        {
            costs.Add(await Measure(silos));
        }

        var document = await File.ReadAllTextAsync(Document);
        var before = document.Split(Heading)[0];
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Document, before + Section(costs));
        }

        (await File.ReadAllTextAsync(Document))[before.Length..].ShouldBe(Section(costs));
        costs.ShouldAllBe(static c => c["SendSceneEventToAllUsers"].Grains == 1, "the session, once");
        costs.Select(static c => c["SendSceneEventToAllUsers"].Relays).ShouldBe([1, 2, 3], "one call a gateway");
    }

    private static string Section(IReadOnlyList<Dictionary<string, CallCount>> costs)
    {
        var text = new StringBuilder(Heading);
        text.Append("""

            The same on Microsoft Orleans with PostgreSQL: three members of a session, all at one silo, at two, or each at another. Calls of grains + calls of relays (one a gateway that has somebody to tell), from the command until
            nothing more comes of it; a session's change is told to the list, and the list's to every gateway. Wherever a grain is, it is the same call: in its own silo it costs no message.

            | command | one silo | two | three |
            |---|---|---|---|

            """);
        foreach (var command in Commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{command}` | {string.Join(" | ", costs.Select(c => c[command]))} |\n");
        }

        return text.ToString();
    }

    private async Task<Dictionary<string, CallCount>> Measure(int count)
    {
        await using var silos = await SilosHere.Start(postgres, count);
        var costs = Commands.ToDictionary(static command => command, static _ => new List<CallCount>(), StringComparer.Ordinal);
        await using var ann = await Enter(silos, 0);
        await using var ben = await Enter(silos, 1);
        await using var eve = await Enter(silos, 2);
        var (idOfAnn, idOfBen) = (await IdOf(ann), await IdOf(ben));
        var session = (await ann.Invoke("AddSession", new { sessionName = "costs", scenarioDefinition = new { scenarioId = "stage" } })).Ok().Body.Text("sessionId");
        (await ben.Invoke("JoinSession", new { sessionId = session })).Ok();
        for (var round = 0; round < Rounds; round++)
        {
            await Cost(eve, "JoinSession", new { sessionId = session });
            await Cost(ann, "SendSceneEventToAllUsers", new { @event = "e" });
            await Cost(ann, "SendSceneEventToUser", new { userId = idOfBen, @event = "e" });
            (await ann.Invoke("DeclareDataStream", new { kind = "video" })).Ok();
            (await ben.Invoke("RegisterForDataStream", new { userId = idOfAnn, kind = "video" })).Ok();
            (await eve.Invoke("RegisterForDataStream", new { userId = idOfAnn, kind = "video" })).Ok();
            (await ann.Invoke("SendData", new { kind = "video", data = "the first" })).Ok();
            await Cost(ann, "SendData", new { kind = "video", data = "d" });
            (await ann.Invoke("RemoveDataStream", new { kind = "video" })).Ok();
            await Cost(eve, "LeaveSession");
        }

        return costs.ToDictionary(static c => c.Key, static c => c.Value.OrderBy(static cost => cost.Grains + cost.Relays).ElementAt(Rounds / 2), StringComparer.Ordinal);

        async Task Cost(HubClient client, string command, object? parameters = null)
        {
            var before = await Settled(silos.Calls);
            (parameters is null ? await client.Invoke(command) : await client.Invoke(command, parameters)).Ok();
            costs[command].Add(await Settled(silos.Calls) - before);
        }
    }

    private static async Task<HubClient> Enter(SilosHere silos, int number)
    {
        var client = await HubClient.Connect(silos.Addresses[number % silos.Addresses.Count]);
        (await client.Invoke("Login", new { userName = string.Create(CultureInfo.InvariantCulture, $"Member {number}") })).Ok();
        return client;
    }

    private static async Task<string> IdOf(HubClient client) => (await client.Invoke("GetUserInfo", new { })).Ok().Body.Text("userId");

    private static async Task<CallCount> Settled(CallCounts calls)
    {
        var (last, since) = (calls.Now, TimeProvider.System.GetTimestamp());
        await Eventually(() =>
        {
            if (calls.Now is var now && (now != last || calls.UnderWay != 0))
            {
                (last, since) = (now, TimeProvider.System.GetTimestamp());
            }

            return TimeProvider.System.GetElapsedTime(since) > Quiet ? null : $"something still happens: {calls.UnderWay} calls are under way";
        });
        return last;
    }
}
