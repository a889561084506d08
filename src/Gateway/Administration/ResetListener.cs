using Microsoft.Extensions.Hosting;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Administration;

/// <summary>This gateway's ear for the orchestrator as a whole: at a reset it closes every connection, after its session, and logs out whoever was connected.</summary>
public sealed class ResetListener(Relay relay, ConnectionTable connections, Dismisser dismisser, IIdSource ids) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var beginning = await relay.SubscribeAtLast(SourceId.Orchestrator, new Listener(this, ids.Next()), stoppingToken);
        beginning.Subscription.Release();
    }

    private async Task Reset(OrchestratorReset reset)
    {
        ClientConnection[] ended = [.. connections.All.Where(c => c.Id != reset.Spared && c.Id.OpenedAt <= reset.At)];
        UserId[] users = [.. ended.Select(c => c.Caller?.User).OfType<UserId>().Distinct()];
        await Task.WhenAll(ended.Select(static connection => connection.AbortAfterSession(CloseCode.Reset)));
        await dismisser.Dismiss(users, DismissReason.Reset);
    }

    private sealed class Listener(ResetListener resets, string name) : Subscriber
    {
        public override Seat Seat { get; } = new(new ConnectionId(name), default, default);

        public override void Next(EncodedEnvelope envelope, long previous)
        {
            if (envelope.Envelope.Event is OrchestratorReset reset)
            {
                // Not under the lock of the link. It fails for nobody: what does not succeed is tried again.
                _ = Task.Run(() => resets.Reset(reset));
            }
        }

        public override void Restart(Position at, Snapshot snapshot)
        {
            // A reset that was missed is long over.
        }

        public override void Ended()
        {
            // This source lets everybody in.
        }
    }
}
