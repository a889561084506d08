using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>Sessions of VR2Gather's clients: Socket.IO over WebSocket, scene events and packets in bytes.</summary>
internal sealed class SocketIoGround : IGround, IAsyncDisposable
{
    private const int OpenTogether = 16;
    private const string Kind = "bench";
    private const string Attachment = """{"_placeholder":true,"num":0}""";
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FirstMax = TimeSpan.FromSeconds(20);

    private readonly Reactor _reactor = new();
    private readonly TrafficPlan _plan;
    private readonly ServerProcess? _server;
    private readonly Uri _address;
    private readonly SocketIoMember[][] _members;
    private readonly string[] _sessionIds;
    private IEventSender[][] _senders = [];

    private SocketIoGround(TrafficPlan plan, Target target, ServerProcess? server)
    {
        (_plan, _server, _address) = (plan, server, server?.Address ?? target.Address!);
        ServerIds = [.. new[] { server?.Id ?? target.Id }.OfType<int>()];
        _members = [.. Enumerable.Range(0, plan.Sessions).Select(_ => new SocketIoMember[plan.Users])];
        _sessionIds = new string[plan.Sessions];
    }

    public string Name => "server";

    public IReadOnlyList<int> ServerIds { get; }

    public Meter Meter { get; } = new();

    /// <summary>Of a delivery's text, as the server writes it.</summary>
    public int TextBytes => _members[0][0].TextBytes;

    public Faults NumberFaults
    {
        get
        {
            var sum = default(Faults);
            foreach (var member in _members.SelectMany(static m => m))
            {
                sum.Add(member.NumberFaults);
            }

            return sum;
        }
    }

    /// <summary>This wire has no places.</summary>
    public Faults StampFaults => default;

    /// <summary>Opens the sessions and lets everybody who sends send once, so that the length of a delivery is known.</summary>
    public static async Task<SocketIoGround> Open(TrafficPlan plan, Target target, CancellationToken cancellationToken)
    {
        var server = target.Address is null ? await ServerProcess.Start(ServerPrograms.OrchestratorAsItIs(target.Program), cancellationToken) : null;
        var ground = new SocketIoGround(plan, target, server);
        try
        {
            for (var session = 0; session < plan.Sessions; session++)
            {
                await ground.OpenSession(session, cancellationToken);
            }

            ground._senders = [.. ground._members.Select((m, i) => ground.Senders(m, new Random(plan.Seed + i)))];
            await ground.SendFirst(cancellationToken);
            return ground;
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    /// <summary>What AddSession asks for.</summary>
    public static string NewSession(string name) =>
        $$"""{"sessionName":"{{name}}","sessionDescription":"","sessionProtocol":"socketio","scenarioDefinition":"""
        + """{"scenarioId":"bench","scenarioName":"bench","scenarioDescription":""}}""";

    public ISending Start(double sendsPerSecond, long from, long until, CancellationToken cancellationToken) =>
        Pacer.Start(_senders, sendsPerSecond, from, until, cancellationToken);

    /// <summary>One more member of the first session, who is counted apart.</summary>
    public async Task<SocketIoMember> Join(Meter meter, string userName)
    {
        var member = await SocketIoMember.Open(_address, _reactor, new Expected(meter, _plan.Users, _plan.Bytes), userName);
        try
        {
            await member.Command("JoinSession", $$"""{"sessionId":"{{_sessionIds[0]}}"}""");
            return member;
        }
        catch
        {
            member.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.SelectMany(static m => m))
        {
            member?.Dispose();
        }

        _reactor.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task OpenSession(int session, CancellationToken cancellationToken)
    {
        var members = _members[session];
        members[0] = await OpenMember($"master-{session}");
        var opened = await members[0].Command("AddSession", NewSession($"bench {session}"));
        var id = _sessionIds[session] = opened.GetProperty("sessionId").GetString()!;
        var together = new ParallelOptions { MaxDegreeOfParallelism = OpenTogether, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(1, members.Length - 1), together, async (i, _) =>
        {
            members[i] = await OpenMember($"member-{session}-{i}");
            await members[i].Command("JoinSession", $$"""{"sessionId":"{{id}}"}""");
        });
        if (_plan.Pattern == Pattern.Streams)
        {
            await Parallel.ForEachAsync(members, together, async (member, _) => await Register(member, members));
        }
    }

    private Task<SocketIoMember> OpenMember(string name) => SocketIoMember.Open(_address, _reactor, new Expected(Meter, _plan.Users, _plan.Bytes), name);

    private static async Task Register(SocketIoMember member, SocketIoMember[] owners)
    {
        foreach (var owner in owners.Where(o => o != member))
        {
            await member.Command("RegisterForDataStream", $"\"{owner.UserId}\",\"{Kind}\"");
        }
    }

    private IEventSender[] Senders(SocketIoMember[] members, Random random)
    {
        var text = _plan.Pattern switch
        {
            Pattern.MasterToAll => $"""451-["SendSceneEventToAllUsers",{Attachment}]""",
            Pattern.AllToAll => $"""451-["SendSceneEventToAllUsersDirect",{Attachment}]""",
            Pattern.ToMaster => $"""451-["SendSceneEventToMaster",{Attachment}]""",
            _ => $"""451-["SendData","{Kind}",{Attachment}]""",
        };
        var senders = _plan.Pattern == Pattern.MasterToAll ? members[..1] : members;
        return [.. senders.Select((m, i) => m.Sender(text, PacketStamp.Template(i, _plan.Bytes, random)))];
    }

    private async Task SendFirst(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        foreach (var sender in _senders.SelectMany(static s => s))
        {
            sender.Send(since);
        }

        var expected = (long)_senders.Sum(static s => s.Length) * _plan.Receivers;
        while (Meter.Received < expected)
        {
            if (Stopwatch.GetElapsedTime(since) > FirstMax || Meter.Broken > 0)
            {
                throw new IOException($"Of the first {expected} deliveries {Meter.Received} arrived. {Meter.Sentence}");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }
    }
}
