using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Storage;
using Orchestrator.Tests;

namespace Orchestrator.Gateway.Wire;

/// <summary>docs/costs.md says what each command costs. UPDATE_DOCS=1 measures all of them again.</summary>
public sealed partial class CostTests
{
    private const string Update = "UPDATE_DOCS";
    private const int Rounds = 5;

    // Lists are written at most every 200 ms, so this is when nothing more comes of a command.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);
    private static readonly string Document = Repository.Find("docs/costs.md");

    private static readonly object Scenario = new
    {
        sessionName = "a play",
        scenarioDefinition = new
        {
            scenarioId = "play",
            scenarioRooms = new[] { new { roomId = "foyer", roomName = "Foyer" }, new { roomId = "stage", roomName = "Stage" } },
            scenarioEvents = new[] { new { at = 3_600_000, eventId = "end" } },
        },
    };

    [Fact]
    public async Task Every_command_has_its_cost_in_the_document()
    {
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(Document, await Measure() + OverSilos().Match(await File.ReadAllTextAsync(Document)).Value);
        }

        Row().Matches(await File.ReadAllTextAsync(Document)).Select(m => m.Groups["command"].Value).ShouldBe(Rights.Table.Keys, ignoreOrder: true);
    }

    private static async Task<string> Measure()
    {
        var costs = new Dictionary<string, (long Calls, long Writes)>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            await using var story = await Story.Begin(costs);
            await story.Tell();
        }

        var text = new StringBuilder("""
            # What commands cost

            Measured (`UPDATE_DOCS=1`, the least of five) on the local engine with three members of a session on one gateway: calls of grains, of the gateway's relay (one a source and gateway, whatever the number of
            members) and of timers, and writes to the store, from the command until nothing more comes of it. Only accounts, the data of accounts, the catalogue and the clock of a scenario are written before the answer; the other writes follow it, many commands' in one.
            A scene event or a packet is never written.

            | command | calls | writes |
            |---|---|---|

            """);
        foreach (var (command, (calls, writes)) in costs.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{command}` | {calls} | {writes} |\n");
        }

        return text.ToString();
    }

    /// <summary>What the cluster's tests have written behind it.</summary>
    [GeneratedRegex(@"\n## Over silos\n.*\z", RegexOptions.Singleline, 1_000)]
    private static partial Regex OverSilos();

    [GeneratedRegex(@"^\| `(?<command>\w+)` \| \d+ \| \d+ \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Row();

    /// <summary>Every command once, each where it succeeds.</summary>
    private sealed class Story(HubServer server, Dictionary<string, (long Calls, long Writes)> costs) : IAsyncDisposable
    {
        private readonly List<HubClient> _clients = [];

        public static async Task<Story> Begin(Dictionary<string, (long Calls, long Writes)> costs) =>
            new(await HubServer.Start(("Admin:User", "root"), ("Admin:Password", Names.Password)), costs);

        public async Task Tell()
        {
            var (ann, ben, eve) = (await Connect(), await Connect(), await Connect());
            await Cost(ann, "GetOrchestratorVersion");
            await Cost(ann, "GetNTPTime");
            await Cost(ann, "ExchangeTime", new { clientSendMs = 1 });
            var login = await Cost(ann, "Login", new { userName = "Ann" });
            var id = login.Body.Text("userId");
            await LogIn(ben);
            await LogIn(eve);
            await Users(ann, id);
            var session = (await Cost(ann, "AddSession", Scenario)).Body.Text("sessionId");
            await ben.Invoke("JoinSession", new { sessionId = session });
            await Cost(eve, "JoinSession", new { sessionId = session });
            await Cost(ann, "GetSessions");
            await Cost(ann, "GetSessionInfo");
            await Traffic(ann, id);
            await Rooms(ann);
            await Scenarios(ann);
            await Streams(ann, ben, id);
            var back = await Connect();
            await Cost(back, "Resume", new { token = login.Body.Text("resumeToken") });
            await Cost(ben, "LeaveSession");
            (await eve.Invoke("LeaveSession")).Ok();
            (await back.Invoke("LeaveSession")).Ok();
            await Cost(back, "DeleteSession", new { sessionId = session });
            await Cost(eve, "Logout");
            await Administration();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
            {
                await client.DisposeAsync();
            }

            await server.DisposeAsync();
        }

        private async Task Users(HubClient ann, string id)
        {
            await Cost(ann, "GetUsers");
            await Cost(ann, "GetUserInfo", new { userId = id });
            await Cost(ann, "GetUserData", new { userId = id });
            await Cost(ann, "UpdateUserData", new { userDataKey = "k", userDataValue = 1 });
            await Cost(ann, "UpdateUserDataArray", new { userDataArray = new { k = 2 } });
            await Cost(ann, "UpdateUserDataJson", new { userDataJson = new { k = 3 } });
            await Cost(ann, "ClearUserData", new { });
        }

        private async Task Traffic(HubClient ann, string id)
        {
            await Cost(ann, "SendMessageToAll", new { message = "m" });
            await Cost(ann, "SendMessage", new { userId = id, message = "m" });
            await Cost(ann, "SendSceneEventToMaster", new { @event = "e" });
            await Cost(ann, "SendSceneEventToUser", new { userId = id, @event = "e" });
            await Cost(ann, "SendSceneEventToAllUsers", new { @event = "e" });
            await Cost(ann, "SendSceneEventToUserDirect", new { userId = id, @event = "e" });
            await Cost(ann, "SendSceneEventToAllUsersDirect", new { @event = "e" });
        }

        private async Task Rooms(HubClient ann)
        {
            await Cost(ann, "GetRooms");
            await Cost(ann, "JoinRoom", new { roomId = "foyer" });
            await Cost(ann, "GetRoomInfo");
            await Cost(ann, "LeaveRoom", new { });
        }

        private async Task Scenarios(HubClient ann)
        {
            await Cost(ann, "AddScenario", new { scenarioId = "another" });
            await Cost(ann, "GetScenarios");
            await Cost(ann, "GetScenarioInfo", new { scenarioId = "another" });
            await Cost(ann, "RemoveScenario", new { scenarioId = "another" });
            await Cost(ann, "GetScenarioInstanceInfo", new { });
            await Cost(ann, "StartScenario", new { });
            await Cost(ann, "PauseScenario", new { });
            await Cost(ann, "ResumeScenario", new { });
            await Cost(ann, "SeekScenario", new { positionMs = 1 });
            await Cost(ann, "SetScenarioRate", new { rate = 2 });
            await Cost(ann, "RestartScenario", new { });
            await Cost(ann, "StopScenario", new { });
        }

        private async Task Streams(HubClient ann, HubClient ben, string id)
        {
            await Cost(ann, "DeclareDataStream", new { kind = "k" });
            await Cost(ben, "GetAvailableDataStreams", new { dataStreamUserId = id });
            await Cost(ben, "RegisterForDataStream", new { userId = id, kind = "k" });
            await Cost(ben, "GetRegisteredDataStreams");
            (await ann.Invoke("SendData", new { kind = "k", data = "the first" })).Ok();
            await Cost(ann, "SendData", new { kind = "k", data = "x" });
            await Cost(ann, "PushAudio", new { audioData = "x" });
            await Cost(ann, "GetPacketToken");
            await Cost(ben, "UnregisterFromDataStream", new { userId = id, kind = "k" });
            (await ben.Invoke("RegisterForDataStream", new { userId = id, kind = "k" })).Ok();
            await Cost(ben, "UnregisterFromAllDataStreams");
            await Cost(ann, "RemoveDataStream", new { kind = "k" });
            (await ann.Invoke("DeclareDataStream", new { kind = "k" })).Ok();
            await Cost(ann, "RemoveAllDataStreams");
        }

        private async Task Administration()
        {
            var (root, other) = (await Connect(), await Connect());
            var name = Names.New();
            await Cost(other, "AddUser", new { userName = name, userPassword = Names.Password });
            (await other.Invoke("Login", new { userName = name, userPassword = Names.Password })).Ok();
            await Cost(other, "DeleteUser", new { });
            (await root.Invoke("Login", new { userName = "root", userPassword = Names.Password })).Ok();
            await Cost(root, "DumpData");
            await Cost(root, "ResetOrchestrator");
            var again = await Connect();
            (await again.Invoke("Login", new { userName = "root", userPassword = Names.Password })).Ok();
            await Cost(again, "TerminateOrchestrator");
        }

        private async Task<HubClient> Connect()
        {
            var client = await server.Connect();
            _clients.Add(client);
            return client;
        }

        private static async Task LogIn(HubClient client) => (await client.Invoke("Login", new { userName = "somebody" })).Ok();

        private async Task<HubReply> Cost(HubClient client, string command, object? parameters = null)
        {
            var before = await Settled();
            var reply = (parameters is null ? await client.Invoke(command) : await client.Invoke(command, parameters)).Ok();
            var after = command == "TerminateOrchestrator" ? Now() : await Settled();
            var cost = (Calls: after.Calls - before.Calls, Writes: after.Writes - before.Writes);
            var known = costs.GetValueOrDefault(command, cost);
            costs[command] = (Math.Min(known.Calls, cost.Calls), Math.Min(known.Writes, cost.Writes));
            return reply;
        }

        private async Task<(long Calls, long Writes)> Settled()
        {
            var (last, since) = (Now(), TimeProvider.System.GetTimestamp());
            await Eventually(() =>
            {
                var now = Now();
                if (now != last)
                {
                    (last, since) = (now, TimeProvider.System.GetTimestamp());
                }

                return TimeProvider.System.GetElapsedTime(since) > Quiet ? null : "something still happens";
            });
            return last;
        }

        private (long Calls, long Writes) Now() =>
            (server.Services.GetRequiredService<LocalEngineStatistics>().Calls, server.Services.GetRequiredService<IStore>().Status.Writes);
    }
}
