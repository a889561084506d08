using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Micro;

/// <summary>Grains without an engine: every session is the same one, and it is only a source.</summary>
internal sealed class OneSource(Source source) : IGrainFactory
{
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => (TGrainInterface)(object)new SourceOnly(source);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => (TGrainObserverInterface)obj;

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        // There is none.
    }

    private sealed record NothingYet : Snapshot;

    private sealed class SourceOnly(Source source) : ISessionGrain
    {
        public Task<SubscriptionStart> Subscribe(GatewayAddress gateway, Seat seat, Position? after) =>
            Task.FromResult(source.Subscribe(gateway, seat, after, static () => new NothingYet()));

        public Task Unsubscribe(string gateway, ConnectionId connection) => Task.CompletedTask;

        public Task<MissedEnvelopes> Read(string gateway, Position after) => Task.FromResult(source.Read(gateway, after));

        public Task<SessionEntered> Open(Caller caller, AddSession command) => throw new NotSupportedException();

        public Task<SessionEntered> Join(Caller caller, JoinSession command) => throw new NotSupportedException();

        public Task<SessionLeft> Leave(Caller caller, LeaveSession command) => throw new NotSupportedException();

        public Task Delete(Caller caller, DeleteSession command) => throw new NotSupportedException();

        public Task<bool> Exists() => throw new NotSupportedException();

        public Task<bool> HasMember(UserId user) => throw new NotSupportedException();

        public Task<SessionSnapshot> Get(Caller caller) => throw new NotSupportedException();

        public Task<Position> SendMessage(Caller caller, SendMessage command) => throw new NotSupportedException();

        public Task<Position> SendSceneEvent(Caller caller, SendSceneEvent command) => throw new NotSupportedException();

        public Task WentAway(UserId user) => throw new NotSupportedException();

        public Task<bool> Returned(UserId user) => throw new NotSupportedException();

        public Task LoggedOut(UserId user) => throw new NotSupportedException();

        public Task Reset() => throw new NotSupportedException();

        public Task Wake() => throw new NotSupportedException();
    }
}
