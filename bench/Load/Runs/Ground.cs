using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>A server with connected members in groups, ready for traffic.</summary>
internal sealed class Ground : IGround, IAsyncDisposable
{
    private const int OpenTogether = 16;

    private readonly Reactor _reactor = new();
    private readonly TrafficPlan _plan;
    private readonly Member[][] _members;
    private IEventSender[][] _senders = [];

    private Ground(string name, TrafficPlan plan, ServerProcess? server, IReadOnlyList<int> serverIds)
    {
        (Name, _plan, Server, ServerIds) = (name, plan, server, serverIds);
        _members = [.. Enumerable.Range(0, plan.Sessions).Select(_ => new Member[plan.Users])];
    }

    public string Name { get; }

    public ServerProcess? Server { get; }

    public IReadOnlyList<int> ServerIds { get; }

    public Meter Meter { get; } = new();

    public Faults NumberFaults => Sum(static m => m.NumberFaults);

    public Faults StampFaults => Sum(static m => m.StampFaults);

    /// <summary>Sessions on a server that was started for it.</summary>
    public static async Task<Ground> Sessions(TrafficPlan plan, FileInfo? program, CancellationToken cancellationToken)
    {
        var server = await ServerProcess.Start(ServerPrograms.Orchestrator(program), cancellationToken);
        return await Prepare(new Ground("sessions", plan, server, [server.Id]), [server.Address], OpenSession, cancellationToken);
    }

    /// <summary>Sessions on a server that runs already.</summary>
    public static Task<Ground> SessionsAt(TrafficPlan plan, Uri address, int? serverId, CancellationToken cancellationToken) =>
        Prepare(new Ground("sessions", plan, null, [.. new[] { serverId }.OfType<int>()]), [address], OpenSession, cancellationToken);

    /// <summary>Sessions whose members are spread over servers that are one.</summary>
    public static Task<Ground> SessionsOver(string name, TrafficPlan plan, IReadOnlyList<ServerProcess> silos, CancellationToken cancellationToken) =>
        Prepare(new Ground(name, plan, null, [.. silos.Select(static s => s.Id)]), [.. silos.Select(static s => s.Address)], OpenSession, cancellationToken);

    /// <summary>Rooms of the floor.</summary>
    public static async Task<Ground> Floor(TrafficPlan plan, FileInfo? program, CancellationToken cancellationToken)
    {
        var server = await ServerProcess.Start(ServerPrograms.Floor(program), cancellationToken);
        return await Prepare(new Ground("floor", plan, server, [server.Id]), [server.Address], OpenRoom, cancellationToken);
    }

    public ISending Start(double sendsPerSecond, long from, long until, CancellationToken cancellationToken) =>
        Pacer.Start(_senders, sendsPerSecond, from, until, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.SelectMany(g => g))
        {
            member?.Dispose();
        }

        _reactor.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    private static async Task<Ground> Prepare(
        Ground ground, IReadOnlyList<Uri> addresses, Func<Ground, IReadOnlyList<Uri>, int, CancellationToken, Task> open, CancellationToken cancellationToken)
    {
        try
        {
            for (var group = 0; group < ground._plan.Sessions; group++)
            {
                await open(ground, addresses, group, cancellationToken);
            }

            ground._senders = [.. ground._members.Select((g, i) => ground.MakeSenders(g, new Random(ground._plan.Seed + i)))];
            return ground;
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    private static async Task OpenSession(Ground ground, IReadOnlyList<Uri> addresses, int group, CancellationToken cancellationToken)
    {
        var members = ground._members[group];
        members[0] = await ground.OpenHub(Hub(0), $"master-{group}");
        var session = await members[0].Command(
            "AddSession", $$$"""{"sessionName":"bench {{{group}}}","scenarioDefinition":{"scenarioId":"bench"}}""");
        var id = session.GetProperty("sessionId").GetString();
        await ForOthers(members, Join, cancellationToken);

        Uri Hub(int i) => new(addresses[(group + i) % addresses.Count], "/hub");

        async Task Join(int i)
        {
            members[i] = await ground.OpenHub(Hub(i), $"member-{group}-{i}");
            await members[i].Command("JoinSession", $$"""{"sessionId":"{{id}}"}""");
        }
    }

    private static async Task OpenRoom(Ground ground, IReadOnlyList<Uri> addresses, int group, CancellationToken cancellationToken)
    {
        var toFirst = ground._plan.Pattern == Pattern.ToMaster ? "&to-first" : "";
        var url = new Uri(addresses[0], $"{FloorServer.Path}?room={group}{toFirst}");
        var members = ground._members[group];
        members[0] = Member.OpenBare(url, ground._reactor, ground.Meter, members.Length);
        await ForOthers(members, Enter, cancellationToken);

        Task Enter(int i)
        {
            members[i] = Member.OpenBare(url, ground._reactor, ground.Meter, members.Length);
            return Task.CompletedTask;
        }
    }

    private static Task ForOthers(Member[] members, Func<int, Task> open, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(1, members.Length - 1),
        new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken },
        async (i, _) => await open(i));

    private Task<Member> OpenHub(Uri hub, string name) => Member.OpenHub(hub, _reactor, Meter, name, _plan.Users);

    private IEventSender[] MakeSenders(Member[] members, Random random)
    {
        var senders = _plan.Pattern == Pattern.MasterToAll ? members[..1] : members;
        return [.. senders.Select((m, i) => m.Sender(Message(EventData.Template(i, _plan.Bytes, random))))];
    }

    /// <summary>The hub gets a call; the floor gets, and passes on, what the hub would deliver, so that both write the same bytes.</summary>
    private string Message(string data)
    {
        if (Name == "floor")
        {
            return """{"type":1,"target":"SceneEventToUser","arguments":[{"sceneEventFrom":"00000000-0000-0000-0000-000000000000","sceneEventData":"""
                + data + """},{"source":"00000000-0000-0000-0000-000000000000","at":1700000000000,"number":100000,"before":100000}]}""";
        }

        var target = _plan.Pattern switch
        {
            Pattern.MasterToAll => "SendSceneEventToAllUsers",
            Pattern.AllToAll => "SendSceneEventToAllUsersDirect",
            _ => "SendSceneEventToMaster",
        };
        return $$"""{"type":1,"invocationId":"{{EventSender.NoId}}","target":"{{target}}","arguments":[{"event":{{data}}}]}""";
    }

    private Faults Sum(Func<Member, Faults> of)
    {
        var sum = default(Faults);
        foreach (var member in _members.SelectMany(g => g))
        {
            sum.Add(of(member));
        }

        return sum;
    }
}
