using Orchestrator.Sessions;

namespace Orchestrator.Delivery;

/// <summary>Nothing is fed, and publishing pays nothing for it.</summary>
public sealed class NoFeed : ISessionFeed
{
    public Action<SessionNews>? WriterFor(SessionId session) => null;

    public Task<IAsyncDisposable> Subscribe(SessionId session, Func<SessionNews, Task> next) =>
        throw new InvalidOperationException("Nothing is fed: 'Feed:Enabled' is off.");
}
