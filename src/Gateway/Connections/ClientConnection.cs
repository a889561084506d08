using System.Collections.Immutable;
using System.Net;
using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Packets;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Connections;

/// <summary>What the connection came with before it said anything.</summary>
/// <param name="Account">The account of its token; null without one.</param>
/// <param name="IsLoopback">Whether it comes from this machine.</param>
/// <param name="IsTrusted">Whether it may administer the orchestrator without a login.</param>
public sealed record Origin(AccountRecord? Account, bool IsLoopback, string Address, bool IsTrusted = false)
{
    public static Origin Of(AccountRecord? account, IPAddress? address, AdminOptions options)
    {
        var isLoopback = address is not null && IPAddress.IsLoopback(address);
        return new Origin(account, isLoopback, address?.ToString() ?? "", isLoopback && options.TrustLoopback);
    }
}

/// <summary>
/// One socket of a client, whatever its wire: who is logged in on it, what it is subscribed to, and the way out to it. Its commands are processed one after
/// the other; events reach it from other threads.
/// </summary>
public sealed class ClientConnection(ConnectionId id, Origin origin, IDialect dialect, OutboundQueue outbound, ConnectionContext context)
{
    /// <summary>How long a reply may need to reach the socket.</summary>
    public static readonly TimeSpan ReplyMax = TimeSpan.FromMilliseconds(200);

    // A client that does not read has no use for its last reply.
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    // A session that has not ended by then was not among those that were reset, or the news of it is lost.
    private static readonly TimeSpan SessionOverMax = TimeSpan.FromSeconds(1);

    // Its user and a session: mostly there are two, and there are many connections.
    private ImmutableArray<Subscription> _subscriptions = [];
    private ImmutableArray<Subscription> _held = [];
    private FollowedStreams? _streams;
    private PacketExit? _packets;
    private volatile bool _isClosed;
    private volatile CloseCode _endsWith;

    public ConnectionId Id => id;

    public Origin Origin => origin;

    public IDialect Dialect => dialect;

    /// <summary>Since when nobody is logged in; meaningless while somebody is.</summary>
    public DateTimeOffset IdleSince { get; private set; } = context.Time.GetUtcNow();

    /// <summary>Commands that this connection may still send now.</summary>
    public RateAllowance Commands { get; } = new(context.Limits.CommandsPerSecondMax, context.Time);

    /// <summary>Whether its client can come back to its device on another connection. On a wire that has no word for that, a loss is a logout.</summary>
    public bool MayComeBack { get; init; } = true;

    public bool IsClosed => _isClosed;

    /// <summary>We are ending it: it is told nothing more, so it must not be answered as if it were.</summary>
    public bool IsEnding => EndsWith is not null;

    /// <summary>Set by a command that ends its own connection: why. It ends when the reply has gone.</summary>
    public CloseCode? EndsAfterReply { get; set; }

    /// <summary>Who is logged in; null for nobody.</summary>
    public Caller? Caller { get; private set; }

    /// <summary>The session that commands of this connection go to.</summary>
    public SessionId? Session { get; set; }

    /// <summary>The place of this connection's last change to a session; the list of sessions is not answered from before it.</summary>
    public ListPlace<SessionId>? LastChange { get; set; }

    /// <summary>The place of this connection's last change to its user; the list of users is not answered from before it.</summary>
    public ListPlace<UserId>? LastUserChange { get; set; }

    /// <summary>While this connection's own leave is under way: done when it has seen everything before it. The reply tells it the rest.</summary>
    public TaskCompletionSource? Leaving { get; set; }

    public ImmutableArray<Subscription> Subscriptions => _subscriptions;

    public Seat Seat => new(id, Caller!.User, Caller.Device);

    public void LoggedIn(Caller caller) => Caller = caller;

    public void LoggedOut()
    {
        // First: who sees nobody here must not see the time of the connect.
        IdleSince = context.Time.GetUtcNow();
        Interlocked.MemoryBarrier();
        Caller = null;
        Session = null;
        LastChange = null;
        LastUserChange = null;
        EndPackets(CloseCode.Detached);
    }

    /// <summary>Where its packets leave instead of here; null: here.</summary>
    public PacketExit? Packets => Volatile.Read(ref _packets);

    /// <summary>The data streams that it hears; null before it entered its first session.</summary>
    public FollowedStreams? Streams => Volatile.Read(ref _streams);

    /// <summary>Sends an event; one that its dialect has no word for is nothing.</summary>
    public void Send(ReadOnlyMemory<byte> message)
    {
        if (!message.IsEmpty)
        {
            context.Meter.MessageSent();
            outbound.Enqueue(message);
        }
    }

    public void Send(OutboundPacket packet)
    {
        if (!packet.Message.IsEmpty)
        {
            context.Meter.PacketSent();
            outbound.Enqueue(packet);
        }
    }

    /// <summary>
    /// Its packets leave there from now on; an earlier way for them ends. What waits here already leaves here, so around the change packets may overtake each other, and what waits in a
    /// way that ends is lost: their seqs show both. Where this device is not logged in any more, the new way ends, with the code that this connection ended with.
    /// </summary>
    public void Lead(PacketExit packets, DeviceId device)
    {
        Interlocked.Exchange(ref _packets, packets)?.Abort(CloseCode.Superseded);
        // Who ends this connection meanwhile either sees the way for packets, or is seen here.
        if (_isClosed || IsEnding || Caller?.Device != device)
        {
            LeadBack(packets);
            packets.Abort(EndsWith ?? CloseCode.Detached);
        }
    }

    /// <summary>That way for packets is over; they leave here again, unless there is another one already.</summary>
    public void LeadBack(PacketExit packets) => Interlocked.CompareExchange(ref _packets, null, packets);

    /// <summary>What waits of a stream is not sent any more.</summary>
    public void Forget(SourceId stream)
    {
        outbound.Forget(stream);
        Packets?.Forget(stream);
    }

    /// <summary>Packets of a stream that were dropped because this connection is slow.</summary>
    public long Dropped(SourceId stream) => outbound.Dropped(stream) + (Packets?.Dropped(stream) ?? 0);

    /// <summary>What was dropped since the last call, by stream.</summary>
    public IEnumerable<StreamDrops> TakeDrops() => [.. outbound.TakeDrops(), .. Packets?.TakeDrops() ?? []];

    /// <summary>Done when what was being sent at the call is handed over; packets that leave elsewhere are not waited for, they must not hold up a reply.</summary>
    public Task Sent() => outbound.Written();

    /// <summary>The streams that it hears, made at the first use; a command and the news of another device may both be the first.</summary>
    public FollowedStreams StreamsFrom(Func<ClientConnection, FollowedStreams> make) =>
        Streams ?? Interlocked.CompareExchange(ref _streams, make(this), null) ?? Streams!;

    /// <summary>Adds a subscription, whose events wait until the reply of the present command is on its way.</summary>
    public void Hold(Subscription subscription)
    {
        Add(subscription);
        _held = _held.Add(subscription);
    }

    /// <summary>The reply is on its way: what waited for it follows.</summary>
    public void ReleaseHeld()
    {
        foreach (var subscription in _held)
        {
            subscription.Release();
        }

        _held = [];
    }

    public Subscription? SubscriptionTo(SourceId source) => Subscriptions.FirstOrDefault(s => s.Source == source);

    /// <summary>Adds a subscription that answers no command; another one to the same source is not this connection's any more.</summary>
    public void Add(Subscription subscription) =>
        ImmutableInterlocked.Update(ref _subscriptions, static (all, added) => all.RemoveAll(s => s.Source == added.Source).Add(added), subscription);

    public Subscription? Remove(SourceId source)
    {
        while (true)
        {
            var all = Subscriptions;
            if (all.FirstOrDefault(s => s.Source == source) is not { } found)
            {
                return null;
            }

            if (ImmutableInterlocked.InterlockedCompareExchange(ref _subscriptions, all.Remove(found), all) == all)
            {
                return found;
            }
        }
    }

    /// <summary>Ends it from our side.</summary>
    public void Abort(CloseCode code)
    {
        _endsWith = code;
        outbound.Abort(code);
        EndPackets(code);
    }

    /// <summary>Ends it once the reply of the present command has gone: a wire that writes replies by itself does not say when it has.</summary>
    public async Task AbortAfterReply(CloseCode code)
    {
        await Task.Delay(ReplyMax, context.Time);
        Abort(code);
    }

    /// <summary>Ends it once everything that was said to it has gone; for a wire whose replies go through the queue.</summary>
    public async Task AbortWhenSent(CloseCode code)
    {
        await WaitFor(outbound.Drained(), FarewellMax);
        Abort(code);
    }

    /// <summary>
    /// Ends it after its session, when everything that was said to it has gone. The end of the session and the reason to end this connection come on different ways, so either may arrive first.
    /// Until then commands are refused.
    /// </summary>
    public async Task AbortAfterSession(CloseCode code)
    {
        _endsWith = code;
        await SessionOver();
        await AbortWhenSent(code);
    }

    /// <summary>Done when it has been told how its session ended, or after a while; at once when it sees none.</summary>
    public Task SessionOver() => Session is { } session && SubscriptionTo(SourceId.Of(session)) is { } subscription
        ? WaitFor(subscription.Over(), SessionOverMax)
        : Task.CompletedTask;

    /// <summary>The socket is gone.</summary>
    public void Closed()
    {
        _isClosed = true;
        // What a command that still runs does to this connection is either seen here, or it sees that it is closed.
        Interlocked.MemoryBarrier();
        outbound.End();
        // Whoever ends it from our side may not have come to the packets yet.
        EndPackets(EndsWith ?? CloseCode.Detached);
    }

    /// <summary>Tells the caller's user that this connection is lost, or logs the caller out if nobody can come back to it.</summary>
    public Task TellLost(IUserGrain user, Caller caller) => MayComeBack ? user.Disconnected(caller.Device, id) : user.Logout(caller.Device);

    private CloseCode? EndsWith => _endsWith != default ? _endsWith : EndsAfterReply;

    private async Task WaitFor(Task task, TimeSpan max) => await task.WaitAsync(max, context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void EndPackets(CloseCode code) => Interlocked.Exchange(ref _packets, null)?.Abort(code);
}

/// <summary>What every connection needs of the process.</summary>
public sealed record ConnectionContext(Limits Limits, TimeProvider Time, Gatherer Gatherer, ConnectionMeter Meter, GatewayName Gateway)
{
    /// <summary>What a connection that opens now is called.</summary>
    public ConnectionId Name(string id) => new(id, Time.GetUtcNow(), Gateway.Value);

    /// <summary>What waits for a connection that is written to in this way.</summary>
    public OutboundQueue Outbound(IFrameWriter writer, Lanes lanes) => new(writer, Limits.OutboundBytesMax, Gatherer, lanes, Meter);
}
