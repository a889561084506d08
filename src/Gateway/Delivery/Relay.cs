using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orchestrator.Delivery;

/// <summary>
/// This gateway process as sources see it. It passes deliveries on to the subscriptions, notices what is missing, asks the source for it, and
/// subscribes again when a source has moved.
/// </summary>
public sealed class Relay(IGrainFactory grains, GatewayName name, IOptions<GatewayOptions> options, TimeProvider time, ILogger<Relay> log)
    : BackgroundService
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryLast = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GatewayRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OverdueAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ReachMax = TimeSpan.FromSeconds(1);

    // An engine calls an observer once at a time, and one that is busy with a large session should not hold up all others.
    private const int EarsMax = 16;

    private readonly ConcurrentDictionary<SourceId, Link> _links = new();
    private readonly string _gateway = name.Value;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Ear?[] _ears = new Ear?[Math.Min(Environment.ProcessorCount, EarsMax)];
    private GatewayAddress[]? _addresses;
    private object? _addressesGate;

    /// <summary>Sources that somebody here is subscribed to.</summary>
    public int Links => _links.Count;

    /// <summary>Of which kinds they are, each with its number.</summary>
    public IEnumerable<(SourceKind Kind, int Count)> LinksByKind => _links.GroupBy(link => link.Key.Kind, (kind, links) => (kind, links.Count()));

    /// <summary>Calls of sources that have arrived.</summary>
    public long Deliveries => _ears.Sum(ear => ear?.Deliveries ?? 0);

    /// <summary>Envelopes that were in them, each counted once, whoever hears it here.</summary>
    public long Envelopes => _ears.Sum(ear => ear?.Envelopes ?? 0);

    /// <summary>
    /// Subscribes, and says where it begins: after the place given, if the source still knows what came since; otherwise with a snapshot. Events wait until the
    /// subscription is released. Refusals: those of the source.
    /// </summary>
    public async Task<Beginning> Subscribe(SourceId source, Subscriber subscriber, Position? after)
    {
        var (link, subscription) = Enter(source, subscriber);
        try
        {
            var start = await Source(source).Subscribe(AddressFor(source), subscriber.Seat, after);
            lock (link.Gate)
            {
                var isUsable = link.Known(start.At, start.Link);
                var place = start.Recovered ? after!.Value : start.At;
                subscription.Start(place, place.Seq, link.Encoded(start.Missed));
                if (!isUsable)
                {
                    link.Pause(subscription);
                }

                Settle(link);
            }

            return new Beginning(subscription, start);
        }
        catch
        {
            Leave(link, subscription);
            throw;
        }
    }

    /// <summary>Subscribes for the gateway itself, from now on; tried until the source answers, or the gateway stops.</summary>
    public async Task<Beginning> SubscribeAtLast(SourceId source, Subscriber subscriber, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                return await Subscribe(source, subscriber, after: null);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "{Source} does not answer", source);
                await Task.Delay(GatewayRetry, time, stoppingToken);
            }
        }
    }

    /// <summary>
    /// Done when a subscription has had everything up to a place that is for it, so that what is said next stands after that place; or after a while, since a source that does not answer must not hold up
    /// a reply. Mostly it has arrived. If nothing of it comes, it was for nobody here, and the source is asked.
    /// </summary>
    public async Task Reach(Subscription subscription, Position at)
    {
        if (!_links.TryGetValue(subscription.Source, out var link))
        {
            return;
        }

        Task reached;
        lock (link.Gate)
        {
            reached = subscription.At >= at || !link.Has(subscription) ? Task.CompletedTask : link.Reached(at);
        }

        if (reached.IsCompleted)
        {
            return;
        }

        await reached.WaitAsync(ArrivalMax, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!reached.IsCompleted)
        {
            Change(subscription.Source, static l => l.Ask());
            await reached.WaitAsync(ReachMax, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends a subscription whose seat the source has taken, or will be told to take.</summary>
    public void Drop(Subscription subscription)
    {
        if (_links.TryGetValue(subscription.Source, out var link))
        {
            Leave(link, subscription);
        }
    }

    /// <summary>Ends a subscription and gives its seat up. Done when the source knows; it never fails.</summary>
    public Task Unsubscribe(Subscription subscription)
    {
        Drop(subscription);
        return Owned(() => GiveUpSeat(subscription));
    }

    /// <summary>A part of the cluster is gone, and with it perhaps sources that this gateway hears: each is asked, and where it is another one now, everybody begins again.</summary>
    public void AskAll()
    {
        foreach (var source in _links.Keys)
        {
            Change(source, static link => link.Ask());
        }
    }

    public void Deliver(Delivery delivery) => Change(delivery.Source, link => link.Arrived(delivery));

    public void Moved(SourceId source, long epoch) => Change(source, link => link.Ended(epoch));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    /// <summary>From time to time asks every source for what may have been lost at the end of a quiet link; that also keeps the source awake.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.RenewSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                AskAll();
                await Task.Delay(OverdueAfter, time, stoppingToken);
                foreach (var source in _links.Keys)
                {
                    Change(source, static link => link.AskIfOverdue());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private (Link Link, Subscription Subscription) Enter(SourceId source, Subscriber subscriber)
    {
        while (true)
        {
            var link = _links.GetOrAdd(source, static id => new Link(id));
            lock (link.Gate)
            {
                if (link.IsRetired)
                {
                    continue;
                }

                var subscription = new Subscription(source, subscriber, link.Gate);
                link.Add(subscription);
                return (link, subscription);
            }
        }
    }

    private async Task<bool> GiveUpSeat(Subscription subscription)
    {
        await Source(subscription.Source).Unsubscribe(_gateway, subscription.Seat.Connection);
        return true;
    }

    /// <summary>False when it is gone already.</summary>
    private bool Leave(Link link, Subscription subscription)
    {
        lock (link.Gate)
        {
            var wasThere = link.Has(subscription);
            subscription.End();
            link.Remove(subscription);
            if (link.IsEmpty)
            {
                link.IsRetired = true;
                _links.TryRemove(KeyValuePair.Create(link.Source, link));
            }

            return wasThere;
        }
    }

    private void Change(SourceId source, Action<Link> change)
    {
        if (_links.TryGetValue(source, out var link))
        {
            lock (link.Gate)
            {
                change(link);
                Settle(link);
            }
        }
    }

    private void Settle(Link link)
    {
        if (!link.IsMending && link.NeedsMending)
        {
            link.IsMending = true;
            _ = Owned(() => Mend(link));
        }
    }

    /// <summary>Lets whoever is paused begin again, and reads what is missing, until nothing is. One at a time for each link.</summary>
    private async Task Mend(Link link)
    {
        try
        {
            while (IsToMend(link, out var paused, out var at))
            {
                log.LogDebug("{Source} is mended at {At}", link.Source, at);
                await (paused is null ? ReadMissed(link, at) : SubscribeAgain(link, paused));
            }
        }
        catch
        {
            lock (link.Gate)
            {
                link.IsMending = false;
            }

            throw;
        }
    }

    private static bool IsToMend(Link link, out Subscription? paused, out Position at)
    {
        lock (link.Gate)
        {
            (paused, at) = (link.FirstPaused, link.At);
            return link.IsMending = !link.IsRetired && link.NeedsMending;
        }
    }

    private async Task ReadMissed(Link link, Position after)
    {
        var missed = await Retried(() => Source(link.Source).Read(_gateway, after));
        lock (link.Gate)
        {
            link.Read(after, missed);
        }
    }

    /// <summary>A subscription begins again where it is, or with a snapshot if that is not known any more.</summary>
    private async Task SubscribeAgain(Link link, Subscription subscription)
    {
        try
        {
            var start = await Retried(() => Source(link.Source).Subscribe(AddressFor(link.Source), subscription.Seat, subscription.At));
            if (IsGivenUp(link, subscription))
            {
                // Giving it up may have overtaken this call, and then the source has a seat for nobody.
                await Retried(async () => !IsGivenUp(link, subscription) || await GiveUpSeat(subscription));
                return;
            }

            if (!TryRestart(link, subscription, start))
            {
                // An answer of an activation that has ended since; the next one may need a while to begin.
                await Task.Delay(RetryFirst, time, _stopping.Token);
            }
        }
        catch (Refusal)
        {
            // It has no right to this source any more, or the source is over.
            if (Leave(link, subscription))
            {
                subscription.Ended();
            }
        }
    }

    /// <summary>It is gone, and its connection has no other one here whose seat it could be.</summary>
    private static bool IsGivenUp(Link link, Subscription subscription)
    {
        lock (link.Gate)
        {
            return !link.Has(subscription) && !link.HasSeat(subscription.Seat.Connection);
        }
    }

    private static bool TryRestart(Link link, Subscription subscription, SubscriptionStart start)
    {
        lock (link.Gate)
        {
            if (!link.Has(subscription))
            {
                return true;
            }

            if (!link.Known(start.At, start.Link))
            {
                return false;
            }

            subscription.Restart(start, link.Encoded(start.Missed));
            return true;
        }
    }

    private async Task<T> Retried<T>(Func<Task<T>> call)
    {
        for (var wait = RetryFirst; ; wait = wait * 2 < RetryLast ? wait * 2 : RetryLast)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e is not Refusal { IsTemporary: false } && !_stopping.IsCancellationRequested)
            {
                log.LogDebug(e, "A source does not answer, next try in {Wait}", wait);
                await Task.Delay(wait, time, _stopping.Token);
            }
        }
    }

    /// <summary>Work that nobody waits for; its failures are logged here.</summary>
    private async Task Owned(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The process stops, and with it every subscription.
        }
        catch (Exception e)
        {
            log.LogWarning(e, "Delivery work failed");
        }
    }

    /// <summary>Where a source delivers to: always to the same ear, so that its order is kept.</summary>
    private GatewayAddress AddressFor(SourceId source)
    {
        // Made at the first use: a reference can only be had when the engine runs.
        var addresses = LazyInitializer.EnsureInitialized(ref _addresses, ref _addressesGate, MakeAddresses);
        return addresses[(uint)source.GetHashCode() % (uint)addresses.Length];
    }

    private GatewayAddress[] MakeAddresses()
    {
        // Kept here: a reference does not keep what it refers to.
        for (var i = 0; i < _ears.Length; i++)
        {
            _ears[i] = new Ear(this);
        }

        return [.. _ears.Select(ear => new GatewayAddress(_gateway, grains.CreateObjectReference<IRelay>(ear!)))];
    }

    private ISource Source(SourceId source) => grains.GetSource(source);
}

/// <summary>One of the ways on which sources reach this gateway. It is called once at a time, so it can count what comes for next to nothing.</summary>
internal sealed class Ear(Relay relay) : IRelay
{
    public long Deliveries { get; private set; }

    public long Envelopes { get; private set; }

    public void Deliver(Delivery delivery)
    {
        Deliveries++;
        Envelopes += delivery.Envelopes.Length;
        relay.Deliver(delivery);
    }

    public void Moved(SourceId source, long epoch) => relay.Moved(source, epoch);
}

/// <summary>A new subscription and where it begins.</summary>
public sealed record Beginning(Subscription Subscription, SubscriptionStart Start);
