using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EngineIo;

namespace Orchestrator.Tests;

/// <summary>The scenarios over Socket.IO: over version 5 with version 2 of the VRTogether API, or over version 2 with version 1.</summary>
public sealed class SocketIoWire(HubServer server, EngineIoVersion version) : IScenarioWire
{
    public WireFeatures Features => version == EngineIoVersion.Three ? WireFeatures.DescribesPackets : WireFeatures.NamesScenarios;

    public async Task<IScenarioClient> Connect() => new SocketIoScenarioClient(await SocketIoPeer.Connect(server, version), version);

    public async Task Register(string userName, string userPassword) => await server.Register(userName, userPassword);
}

/// <summary>
/// A client over Socket.IO: it writes commands and packets as clients of its version do, and gives what it hears the names of version 2. There acknowledgements and events come in the order in which they
/// stand.
/// </summary>
internal sealed class SocketIoScenarioClient(SocketIoPeer peer, EngineIoVersion version) : IScenarioClient
{
    /// <summary>The packets, with the order of their arguments.</summary>
    private static readonly Dictionary<string, string[]> Positions = new(StringComparer.Ordinal)
    {
        ["SendSceneEventToMaster"] = ["event"],
        ["SendSceneEventToUser"] = ["userId", "event", "masterEpoch"],
        ["SendSceneEventToAllUsers"] = ["event", "masterEpoch"],
        ["SendSceneEventToUserDirect"] = ["userId", "event"],
        ["SendSceneEventToAllUsersDirect"] = ["event"],
        ["DeclareDataStream"] = ["kind", "description", "policy", "waitingMax", "bytesPerSecondMax"],
        ["RemoveDataStream"] = ["kind"],
        ["RemoveAllDataStreams"] = [],
        ["RegisterForDataStream"] = ["userId", "kind"],
        ["UnregisterFromDataStream"] = ["userId", "kind"],
        ["UnregisterFromAllDataStreams"] = [],
        ["SendData"] = ["kind", "data"],
        ["PushAudio"] = ["audioData"],
        ["ResetOrchestrator"] = [],
    };

    private readonly Lock _gate = new();
    private readonly List<string> _called = [];
    private readonly List<Heard> _heard = [];

    public IReadOnlyList<Heard> Heard
    {
        get
        {
            lock (_gate)
            {
                _heard.AddRange(peer.PacketsFrom(_heard.Count).Select(Say));
                return peer.End is { } end
                    ? [.. _heard, new Heard("Disconnecting", JsonSerializer.SerializeToElement(new { code = end.Code, reason = end.Reason }), IsAnswer: false)]
                    : [.. _heard];
            }
        }
    }

    public async Task<Answered> Call(string command, object? parameters = null)
    {
        Task<Packet> asked;
        lock (_gate)
        {
            var id = _called.Count;
            _called.Add(command);
            asked = peer.Ask(command, Write(command, JsonSerializer.SerializeToElement(parameters ?? new { }, JsonSerializerOptions.Web), id));
        }

        var answer = await asked;
        if (answer.Arguments.Count == 0)
        {
            return new Answered(0, "OK", JsonSerializer.SerializeToElement(new { }));
        }

        if (answer.Arguments[0].TryGetProperty("commandId", out var echo) && echo.GetInt64() != answer.AckId)
        {
            throw new InvalidOperationException($"The commandId is another one: {answer.Text}");
        }

        return new Answered(answer.Error, answer.Arguments[0].Text("message"), Common(command, answer.Body));
    }

    public void Cut() => peer.Cut();

    public ValueTask DisposeAsync() => peer.DisposeAsync();

    private string Write(string command, JsonElement parameters, int id)
    {
        if (Positions.TryGetValue(command, out var names))
        {
            var given = names.Select(n => parameters.TryGetProperty(n, out var value) ? value.GetRawText() : null).ToArray();
            var count = Array.FindLastIndex(given, g => g is not null) + 1;
            return string.Join(',', given[..count].Select(g => g ?? "null"));
        }

        var all = parameters.GetRawText();
        return version == EngineIoVersion.Three ? $"{all[..^1]}{(all == "{}" ? "" : ",")}\"commandId\":{id}}}" : all;
    }

    private Heard Say(Packet packet)
    {
        if (packet.AckId is { } id)
        {
            return new Heard(_called[(int)id], packet.Arguments.Count == 0 ? default : packet.Body, IsAnswer: true);
        }

        var data = packet.Arguments[0];
        return packet.Name switch
        {
            "DataReceived" => new Heard("DataReceived", Packet(packet.Arguments), IsAnswer: false),
            "SessionUpdated" => new Heard(NameOf(data.Text("eventId")), NobodyAsNull(data), IsAnswer: false),
            var name => new Heard(name!, data, IsAnswer: false),
        };
    }

    private static string NameOf(string eventId) => eventId == "USER_LEAVED_SESSION" ? "USER_LEFT_SESSION" : eventId;

    private static JsonElement Packet(IReadOnlyList<JsonElement> arguments)
    {
        string[] names = arguments.Count == 4 ? ["userId", "kind", "description", "data"] : ["userId", "kind", "data"];
        return JsonElement.Parse($"{{{string.Join(',', names.Zip(arguments, static (name, argument) => $"\"{name}\":{argument.GetRawText()}"))}}}");
    }

    private static JsonElement NobodyAsNull(JsonElement update)
    {
        if (update.Text("eventId") != "MASTER_CHANGED" || update.GetProperty("eventData").Text("userId").Length > 0)
        {
            return update;
        }

        var common = JsonNode.Parse(update.GetRawText())!;
        common["eventData"]!["userId"] = null;
        return JsonSerializer.SerializeToElement(common);
    }

    /// <summary>Without what only this wire adds, and with rooms as a list.</summary>
    private static JsonElement Common(string command, JsonElement body)
    {
        if (command is not ("GetUserInfo" or "GetScenarioInfo" or "GetScenarioInstanceInfo"))
        {
            return body;
        }

        var common = JsonNode.Parse(body.GetRawText())!.AsObject();
        common.Remove("sfuData");
        if (common["scenarioRooms"] is JsonObject rooms)
        {
            common["scenarioRooms"] = new JsonArray([.. rooms.Select(r => r.Value!.DeepClone())]);
        }

        return JsonSerializer.SerializeToElement(common);
    }
}

public sealed class SocketIoSessionLifeTests(SharedServer shared) : SessionLifeScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoOrderTests(SharedServer shared) : OrderScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoMasterTests(SharedServer shared) : MasterScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoTrafficTests(SharedServer shared) : TrafficScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoDataStreamTests(SharedServer shared) : DataStreamScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoDeviceTests(SharedServer shared) : DeviceScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoUserDataTests(SharedServer shared) : UserDataScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoUserListTests(SharedServer shared) : UserListScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoRoomTests(SharedServer shared) : RoomScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoAccountTests(SharedServer shared) : AccountScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoClockTests(SharedServer shared) : ClockScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoAdministrationTests() : AdministrationScenarios(static server => new SocketIoWire(server, EngineIoVersion.Four));

public sealed class SocketIoCatalogueTests(SharedServer shared) : CatalogueScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class SocketIoTimelineTests(SharedServer shared) : TimelineScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Four), shared.Server);

public sealed class OldSocketIoSessionLifeTests(SharedServer shared) : SessionLifeScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoOrderTests(SharedServer shared) : OrderScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoMasterTests(SharedServer shared) : MasterScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoTrafficTests(SharedServer shared) : TrafficScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoDataStreamTests(SharedServer shared) : DataStreamScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoDeviceTests(SharedServer shared) : DeviceScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoUserDataTests(SharedServer shared) : UserDataScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoUserListTests(SharedServer shared) : UserListScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoRoomTests(SharedServer shared) : RoomScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoAccountTests(SharedServer shared) : AccountScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoClockTests(SharedServer shared) : ClockScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoAdministrationTests() : AdministrationScenarios(static server => new SocketIoWire(server, EngineIoVersion.Three));

public sealed class OldSocketIoCatalogueTests(SharedServer shared) : CatalogueScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);

public sealed class OldSocketIoTimelineTests(SharedServer shared) : TimelineScenarios(new SocketIoWire(shared.Server, EngineIoVersion.Three), shared.Server);
