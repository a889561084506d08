using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Support;

/// <summary>Tests of grains on two silos, or on the engine of one process: its messages as they are, or copied as a cluster would copy them.</summary>
public abstract class GrainTests(bool copyMessages) : IAsyncLifetime
{
    private protected GrainHost Host { get; private set; } = null!;

    private protected ManualTimeProvider Time => Host.Time;

    public async ValueTask InitializeAsync() => Host = await GrainHost.Start(new GrainHostSetup { CopyMessages = copyMessages });

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected IUserGrain User(string user) => Host.User(user);

    private protected Task<UserEntered> Login(string user, int device = 1, int connection = 1) =>
        User(user).Login(Caller(user, device), new Login(Connection(user, device, connection)));

    private protected async Task<SessionId> Open(string user, string name = "Concert")
    {
        await Login(user);
        return (await User(user).AddSession(Caller(user), Add(name))).Session.SessionId;
    }

    private protected Task<SessionEntered> Join(string user, SessionId session, string? key = null) =>
        User(user).JoinSession(Caller(user), new JoinSession(session, Key: key));

    private protected async Task Enter(string user, SessionId session)
    {
        await Login(user);
        await Join(user, session);
    }

    private protected Task<SessionLeft> Leave(string user, string? key = null) => User(user).LeaveSession(Caller(user), new LeaveSession(key));

    private protected Task Delete(string user, SessionId session, string? key = null) => User(user).DeleteSession(Caller(user), new DeleteSession(session, key));

    private protected Task Lose(string user, int device = 1, int connection = 1) =>
        User(user).Disconnected(Device(user, device), Connection(user, device, connection));

    /// <summary>The session as its administrator or a member reads it.</summary>
    private protected async Task<SessionRecord> Read(SessionId session, string user) =>
        (await Host.Session(session).Get(Caller(user))).Session;

    /// <summary>Whether the session has these members, in this order.</summary>
    private protected async Task<string?> Differs(SessionId session, string reader, string members)
    {
        var code = await RefusalOf(Host.Session(session).Get(Caller(reader)));
        var now = code is null ? string.Join(' ', (await Read(session, reader)).SessionUsers) : $"refused {code}";
        return now == members ? null : $"members are '{now}', not '{members}'";
    }

    /// <summary>The list has it. A list is told behind the answer; what stops before that is not in it, and nobody wakes it.</summary>
    private protected Task Listed(SessionId session) =>
        Eventually(async () => (await Host.List()).Any(report => report.SessionId == session) ? null : "the session is not listed");

    /// <summary>Lets the clock go, in steps, until it is so.</summary>
    private protected Task Until(Func<Task<string?>> reasonOrNull) => Eventually(async () =>
    {
        if (await reasonOrNull() is not { } reason)
        {
            return null;
        }

        Time.Advance(TimeSpan.FromMilliseconds(250));
        return reason;
    });

    private protected async Task Restart(Limits? limits = null) => Host = await Host.Restart(limits);

    /// <summary>A gateway with one seat.</summary>
    private protected async Task<RecordingRelay> Follow(ISource source, Seat seat, string gateway = "west")
    {
        var relay = new RecordingRelay();
        relay.Begin(await source.Subscribe(Host.Gateway(relay, gateway), seat, after: null));
        return relay;
    }
}
