using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>A relay on a network that a test moves by hand.</summary>
internal sealed class RelayFixture : IDisposable
{
    private readonly SynchronizationContext? _before = SynchronizationContext.Current;
    private readonly SourceKind _kind;

    public RelayFixture(SourceKind kind = SourceKind.Session)
    {
        _kind = kind;
        // What follows an await runs where it is let go on: the whole run is one thread's.
        SynchronizationContext.SetSynchronizationContext(null);
        Relay = new Relay(Network, new GatewayName("gateway"), Options.Create(new GatewayOptions()), Time, NullLogger<Relay>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public Network Network { get; } = new();

    public Relay Relay { get; }

    public FakeSource Source => Network.Source("concert", _kind);

    public static Audience Only(string user) => Audience.Only(new UserId(user));

    /// <summary>Begins to subscribe; the answer has not arrived.</summary>
    public Subscribing Subscribe(RecordingSubscriber subscriber, Position? after = null) =>
        new(subscriber, after, Relay.Subscribe(Source.Id, subscriber, after));

    /// <summary>Subscribes and is released.</summary>
    public RecordingSubscriber Subscribed(string user, string? connection = null, Position? after = null)
    {
        var subscribing = Subscribe(new RecordingSubscriber(user, connection ?? $"{user}#1"), after);
        Network.PassMessages();
        subscribing.Release();
        return subscribing.Subscriber;
    }

    public void Dispose()
    {
        Relay.Dispose();
        SynchronizationContext.SetSynchronizationContext(_before);
    }

    private sealed class Names : IIdSource
    {
        public string Next() => "west";
    }
}

/// <summary>A subscription on its way.</summary>
internal sealed class Subscribing(RecordingSubscriber subscriber, Position? after, Task<Beginning> beginning)
{
    public RecordingSubscriber Subscriber => subscriber;

    public bool HasBegun => beginning.IsCompletedSuccessfully;

    public bool IsRefused => beginning.IsFaulted;

    public Subscription Subscription => Begun.Subscription;

    public SubscriptionStart Start => Begun.Start;

    private Beginning Begun => beginning.IsCompleted ? beginning.GetAwaiter().GetResult() : throw new InvalidOperationException("It has not begun.");

    /// <summary>The reply is on its way to the client, and events may follow it.</summary>
    public void Release()
    {
        subscriber.Begin(Start.Recovered ? after!.Value : Start.At);
        subscriber.IsReleased = true;
        Subscription.Release();
    }
}
