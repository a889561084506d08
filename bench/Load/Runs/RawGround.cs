using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>The raw floor with its receivers. It sends by itself, by the clock of this machine, so the stamps mean the same here.</summary>
internal sealed class RawGround : IGround, IAsyncDisposable
{
    private readonly Reactor _reactor = new();
    private readonly ServerProcess _server;
    private readonly TcpClient _control = new();
    private readonly List<RawReceiver> _receivers = [];

    private RawGround(ServerProcess server) => _server = server;

    public string Name => "floor";

    public IReadOnlyList<int> ServerIds => [_server.Id];

    public Meter Meter { get; } = new();

    public Faults NumberFaults
    {
        get
        {
            var sum = default(Faults);
            _receivers.ForEach(r => sum.Add(r.NumberFaults));
            return sum;
        }
    }

    /// <summary>It numbers nothing but the events.</summary>
    public Faults StampFaults => default;

    public static async Task<RawGround> Open(RawFloorPlan plan, CancellationToken cancellationToken)
    {
        var ground = new RawGround(await ServerProcess.Start(ServerPrograms.RawFloor(plan), cancellationToken));
        try
        {
            var address = ground._server.Address;
            await ground._control.ConnectAsync(address.Host, address.Port, cancellationToken);
            var expected = new Expected(ground.Meter, plan.Traffic.Users, plan.Traffic.Bytes);
            for (var i = 0; i < plan.Traffic.Sessions * plan.Traffic.Users; i++)
            {
                ground._receivers.Add(new RawReceiver(address, ground._reactor, expected));
            }

            return ground;
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    /// <summary>The rate is that of its plan.</summary>
    public ISending Start(double sendsPerSecond, long from, long until, CancellationToken cancellationToken) =>
        new RemoteSending(_control.GetStream(), string.Create(CultureInfo.InvariantCulture, $"{from} {until}\n"), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _receivers.ForEach(static r => r.Dispose());
        _control.Dispose();
        _reactor.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>What the floor says when it has sent everything.</summary>
    private sealed class RemoteSending : ISending
    {
        public RemoteSending(NetworkStream control, string order, CancellationToken cancellationToken) => Done = Run(control, order, cancellationToken);

        public Task Done { get; }

        public long Sent { get; private set; }

        public double LatestMilliseconds { get; private set; }

        private async Task Run(NetworkStream control, string order, CancellationToken cancellationToken)
        {
            await control.WriteAsync(Encoding.ASCII.GetBytes(order), cancellationToken);
            using var answers = new StreamReader(control, leaveOpen: true);
            var answer = await answers.ReadLineAsync(cancellationToken) ?? throw new IOException("The raw floor ended.");
            Sent = long.Parse(answer.Split(' ')[0], CultureInfo.InvariantCulture);
            LatestMilliseconds = double.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture);
        }
    }
}
