using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Orchestrator.Devices;

namespace Orchestrator.Delivery;

/// <summary>
/// What lies between a relay and its sources. Nothing arrives by itself: a test lets requests, answers and deliveries arrive one by one, in any order, or
/// loses them. All on the thread of the test, so that a seed is enough to repeat a run.
/// </summary>
internal sealed class Network : IGrainFactory
{
    private readonly Dictionary<string, FakeSource> _sources = [];
    // The relay's renewal asks on a thread of its own, because its timer goes on there.
    private readonly Lock _gate = new();
    private readonly List<Action> _messages = [];

    /// <summary>Calls to gateways on their way, oldest first.</summary>
    public List<OnTheWay> ToGateway { get; } = [];

    /// <summary>Requests and answers on their way.</summary>
    public int Messages
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count;
            }
        }
    }

    /// <summary>Thrown by the next requests, oldest first.</summary>
    public Queue<Exception> Failures { get; } = new();

    public FakeSource Source(string key, SourceKind kind = SourceKind.Session)
    {
        if (!_sources.TryGetValue(key, out var source))
        {
            _sources[key] = source = new FakeSource(new SourceId(kind, key));
        }

        return source;
    }

    public TGrain GetGrain<TGrain>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrain : IGrainWithStringKey => SourceProxy<TGrain>.Of(this, Source(primaryKey));

    public TObserver CreateObjectReference<TObserver>(IGrainObserver obj)
        where TObserver : IGrainObserver => (TObserver)(object)new RelayReference(this, (IRelay)obj);

    public void DeleteObjectReference<TObserver>(IGrainObserver obj)
        where TObserver : IGrainObserver => throw new NotSupportedException();

    /// <summary>A request or an answer arrives.</summary>
    public void Pass(int message)
    {
        Action arrive;
        lock (_gate)
        {
            arrive = _messages[message];
            _messages.RemoveAt(message);
        }

        arrive();
    }

    /// <summary>Everything arrives, in order, until nothing is on its way.</summary>
    public void PassAll()
    {
        for (var steps = 0; Messages + ToGateway.Count > 0; steps++)
        {
            if (steps > 10_000)
            {
                throw new InvalidOperationException("It never becomes quiet.");
            }

            if (ToGateway.Count > 0)
            {
                Deliver();
                continue;
            }

            Pass(0);
        }
    }

    /// <summary>Lets requests and answers arrive, but no delivery.</summary>
    public void PassMessages()
    {
        while (Messages > 0)
        {
            Pass(0);
        }
    }

    public void Deliver(int index = 0)
    {
        var call = ToGateway[index];
        ToGateway.RemoveAt(index);
        call.Arrive();
    }

    /// <summary>A call to a source: there and back, each when it is let.</summary>
    private Task<T> Call<T>(Func<T> execute)
    {
        var reply = new TaskCompletionSource<T>();
        Send(() =>
        {
            try
            {
                if (Failures.TryDequeue(out var failure))
                {
                    throw failure;
                }

                var result = execute();
                Send(() => reply.SetResult(result));
            }
            catch (Exception e)
            {
                Send(() => reply.SetException(e));
            }
        });
        return reply.Task;
    }

    private void Send(Action arrive)
    {
        lock (_gate)
        {
            _messages.Add(arrive);
        }
    }

    internal sealed record OnTheWay(Delivery? Delivery, Action Arrive);

    private sealed class RelayReference(Network network, IRelay relay) : IRelay
    {
        public void Deliver(Delivery delivery) => network.ToGateway.Add(new OnTheWay(delivery, () => relay.Deliver(delivery)));

        public void Moved(SourceId source, long epoch) => network.ToGateway.Add(new OnTheWay(null, () => relay.Moved(source, epoch)));
    }

    /// <summary>A reference to a grain of which only the part of a source is called.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "A proxy derives from it.")]
    private class SourceProxy<TGrain> : DispatchProxy
    {
        private Network _network = null!;
        private FakeSource _source = null!;

        public static TGrain Of(Network network, FakeSource source)
        {
            var proxy = Create<TGrain, SourceProxy<TGrain>>();
            ((SourceProxy<TGrain>)(object)proxy!)._network = network;
            ((SourceProxy<TGrain>)(object)proxy!)._source = source;
            return proxy;
        }

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(ISource.Subscribe) => _network.Call(() => _source.Subscribe((GatewayAddress)args![0]!, (Seat)args[1]!, (Position?)args[2])),
            nameof(ISource.Unsubscribe) => _network.Call(() => _source.Unsubscribe((string)args![0]!, (ConnectionId)args[1]!)),
            nameof(ISource.Read) => _network.Call(() => _source.Read((string)args![0]!, (Position)args[1]!)),
            _ => throw new NotSupportedException(targetMethod.Name),
        };
    }
}

/// <summary>A source as a grain would be, its state the number of its last event.</summary>
internal sealed class FakeSource(SourceId id)
{
    private long _epoch = 1;
    private Source _source = Begin(id, 1, 100_000);

    public SourceId Id => id;

    public Position At => _source.At;

    public int LogBytesMax { get; set; } = 100_000;

    /// <summary>Everything that was ever published, in order.</summary>
    public List<Envelope> History { get; } = [];

    /// <summary>Users that may not subscribe.</summary>
    public HashSet<string> Banned { get; } = [];

    public int Reads { get; private set; }

    public int Subscriptions { get; private set; }

    public void Publish(Audience audience) => Publish(audience, isKept: !id.KeepsNothing);

    /// <summary>Publishes something that it cannot tell again.</summary>
    public void PublishOnce() => Publish(Audience.Everyone, isKept: false);

    /// <summary>Publishes an event of the product to everyone.</summary>
    public void Publish(Event happened) => Publish(happened, Audience.Everyone);

    private void Publish(Audience audience, bool isKept) => Publish(new Note(History.Count + 1, isKept), audience);

    private void Publish(Event happened, Audience audience)
    {
        _source.Publish([new Outgoing(happened, audience)]);
        History.Add(new Envelope(Id, _source.At, audience, happened));
    }

    /// <summary>Several at once: one delivery.</summary>
    public void PublishTogether(params Audience[] audiences)
    {
        var at = _source.At;
        var notes = audiences.Select((audience, i) => new Outgoing(new Note(History.Count + 1 + i), audience)).ToList();
        _source.Publish(notes);
        History.AddRange(notes.Select((note, i) => new Envelope(Id, at with { Seq = at.Seq + 1 + i }, note.Audience!, note.Event)));
    }

    /// <summary>The activation ends and says so; the next one begins.</summary>
    public void Move()
    {
        _source.End();
        BeginAgain();
    }

    /// <summary>The activation is gone without a word.</summary>
    public void Crash() => BeginAgain();

    public void Ban(string user)
    {
        Banned.Add(user);
        _source.Drop(new Users.UserId(user));
    }

    public SubscriptionStart Subscribe(GatewayAddress gateway, Seat seat, Position? after)
    {
        Subscriptions++;
        return Banned.Contains(seat.User.Value)
            ? throw new Refusal(RefusalCode.NotJoined, "No.")
            : _source.Subscribe(gateway, seat, after, () => new Picture(_source.At));
    }

    public bool Unsubscribe(string gateway, ConnectionId connection)
    {
        _source.Unsubscribe(gateway, connection);
        return true;
    }

    public MissedEnvelopes Read(string gateway, Position after)
    {
        Reads++;
        return _source.Read(gateway, after);
    }

    private void BeginAgain() => _source = Begin(id, ++_epoch, LogBytesMax);

    private static Source Begin(SourceId id, long epoch, int logBytesMax)
    {
        var source = new Source(id, logBytesMax, new OneGatewayWatch(new GatewayName("gateway")));
        source.Begin(epoch);
        return source;
    }
}

internal sealed record Note(int Number, bool Keeps = true) : Event
{
    public override int Bytes => 100;

    public override bool IsKept => Keeps;
}

internal sealed record Picture(Position At) : Snapshot;
