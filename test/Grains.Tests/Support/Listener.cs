using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Sessions;

namespace Orchestrator.Support;

/// <summary>How a listener takes its news.</summary>
public enum Manner
{
    /// <summary>At once.</summary>
    Ready,

    /// <summary>Not before it is released.</summary>
    Slow,

    /// <summary>It fails with every one.</summary>
    Failing,
}

/// <summary>A grain that follows sessions, as a recorder would. Called by tests.</summary>
[Alias("test-listener")]
public interface IListener : IGrainWithStringKey
{
    /// <summary>Subscribes; once more takes the place of the one before.</summary>
    [Alias("follow")]
    Task Follow(SessionId session, Manner manner);

    /// <summary>A slow one is slow no longer.</summary>
    [Alias("release")]
    Task Release();

    /// <summary>Gives its subscription up.</summary>
    [Alias("leave")]
    Task Leave();

    /// <summary>What it has heard up to now, also that at which it failed.</summary>
    [Alias("heard")]
    Task<ImmutableArray<SessionNews>> Heard();

    /// <summary>The process that it is in.</summary>
    [Alias("where")]
    Task<string> Where();
}

[Reentrant]
public sealed class Listener(ISessionFeed feed, GatewayName here) : Grain, IListener
{
    private readonly TaskCompletionSource _released = new();
    private ImmutableArray<SessionNews> _heard = [];
    private IAsyncDisposable? _subscription;

    public async Task Follow(SessionId session, Manner manner) => _subscription = await feed.Subscribe(session, news => Take(news, manner));

    public Task Release()
    {
        _released.TrySetResult();
        return Task.CompletedTask;
    }

    public async Task Leave() => await _subscription!.DisposeAsync();

    public Task<ImmutableArray<SessionNews>> Heard() => Task.FromResult(_heard);

    public Task<string> Where() => Task.FromResult(here.Value);

    private async Task Take(SessionNews news, Manner manner)
    {
        if (manner == Manner.Slow)
        {
            await _released.Task;
        }

        _heard = _heard.Add(news);
        if (manner == Manner.Failing)
        {
            throw new InvalidOperationException("This listener likes nothing.");
        }
    }
}
