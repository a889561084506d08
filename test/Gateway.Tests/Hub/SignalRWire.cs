using Key = (int Source, long Epoch, long Seq, int Kind, int Arrival);

namespace Orchestrator.Tests;

/// <summary>The scenarios over SignalR.</summary>
public sealed class SignalRWire(HubServer server) : IScenarioWire
{
    public WireFeatures Features => ~WireFeatures.None;

    public async Task<IScenarioClient> Connect() => new SignalRScenarioClient(await server.Connect());

    public async Task Register(string userName, string userPassword) => await server.Register(userName, userPassword);
}

/// <summary>
/// A client over SignalR. There answers overtake events, and an answer carries the place after which it stands: the order is restored from that, as our SDKs do.
/// </summary>
public sealed class SignalRScenarioClient(HubClient client) : IScenarioClient
{
    public IReadOnlyList<Heard> Heard
    {
        get
        {
            var arrivals = client.Arrivals;
            var places = new Dictionary<HubArrival, Key>();
            var sources = new List<string>();
            var last = default(Key);
            foreach (var arrival in arrivals)
            {
                var key = KeyOf(arrival, sources, last);
                places[arrival] = key;
                last = key.CompareTo(last) > 0 ? key : last;
            }

            return [.. arrivals.OrderBy(a => places[a]).Select(Say)];
        }
    }

    public async Task<Answered> Call(string command, object? parameters = null)
    {
        var reply = parameters is null ? await client.Invoke(command) : await client.Invoke(command, parameters);
        return new Answered(reply.Error, reply.Message, reply.Body);
    }

    public void Cut() => client.Cut();

    public ValueTask DisposeAsync() => client.DisposeAsync();

    /// <summary>What has no place of its own stays where it arrived: after all that came before it.</summary>
    private static Key KeyOf(HubArrival arrival, List<string> sources, Key last) => arrival switch
    {
        HubEvent { Stamp: { } s } => (Index(sources, s.Source), s.Epoch, s.Seq, 0, arrival.Order),
        HubReply { Answer.At: { Seq: > 0 } p } => (Index(sources, p.Source), p.Epoch, p.Seq, 1, arrival.Order),
        _ => last with { Arrival = arrival.Order },
    };

    private static int Index(List<string> sources, string source)
    {
        var index = sources.IndexOf(source);
        if (index >= 0)
        {
            return index;
        }

        sources.Add(source);
        return sources.Count - 1;
    }

    private static Heard Say(HubArrival arrival) => arrival switch
    {
        HubEvent e => new Heard(e.Kind, e.Data, IsAnswer: false),
        HubReply r => new Heard(r.Command, r.Body, IsAnswer: true),
        _ => throw new InvalidOperationException(),
    };
}

public sealed class SignalRSessionLifeTests(SharedServer shared) : SessionLifeScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalROrderTests(SharedServer shared) : OrderScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRMasterTests(SharedServer shared) : MasterScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRTrafficTests(SharedServer shared) : TrafficScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRDataStreamTests(SharedServer shared) : DataStreamScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRDeviceTests(SharedServer shared) : DeviceScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRUserDataTests(SharedServer shared) : UserDataScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRUserListTests(SharedServer shared) : UserListScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRRoomTests(SharedServer shared) : RoomScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRAccountTests(SharedServer shared) : AccountScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRClockTests(SharedServer shared) : ClockScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRAdministrationTests() : AdministrationScenarios(static server => new SignalRWire(server));

public sealed class SignalRCatalogueTests(SharedServer shared) : CatalogueScenarios(new SignalRWire(shared.Server), shared.Server);

public sealed class SignalRTimelineTests(SharedServer shared) : TimelineScenarios(new SignalRWire(shared.Server), shared.Server);
