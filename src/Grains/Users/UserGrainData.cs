using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>
/// The part of the shell that is about what a user shows: its data, and its entry in the list. These commands interleave with all others, so that a store that
/// stalls holds up nobody else: nothing is awaited between looking at the user and changing it, and everything that leaves here says how new it is.
/// </summary>
public sealed partial class UserGrain
{
    private static readonly TimeSpan LoadMax = TimeSpan.FromSeconds(2);

    private Task? _loading;

    private IUserDirectoryGrain Directory => GrainFactory.GetGrain<IUserDirectoryGrain>(IUserDirectoryGrain.Key);

    private IUserDataGrain Durable => GrainFactory.GetGrain<IUserDataGrain>(Id.Value);

    /// <summary>Counts the changes of this user: what it reports and shows is ordered by that.</summary>
    private Position At => new(_source.At.Epoch, _changes);

    private MemberData Shown => new(_user.State.Data, At);

    public Task<UserRecord> GetRecord()
    {
        if (_user.Record(Id) is { } record)
        {
            return Task.FromResult(record);
        }

        // Asking for a user that is not here must not fill the memory.
        WatchForExpiry();
        throw new Refusal(RefusalCode.UserNotFound, "The user was not found.");
    }

    public async Task<UserDataAt> GetOwnData(Caller caller)
    {
        if (caller.Role != Role.Guest)
        {
            await LoadData();
        }

        return new UserDataAt(_user.State.Data ?? Payload.EmptyObject, null, default, At);
    }

    public async Task<UserDataAt> ChangeData(Caller caller, ChangeUserData command)
    {
        Live(() => HeardFrom(caller));
        WatchForExpiry();
        if (caller.Role == Role.Guest)
        {
            _commit.Live(CommandKeys.Of(caller, command.Key), () => _user.ChangeData(command), static () => true, command.Name);
        }
        else
        {
            var stored = await Durable.Change(command);
            Live(() => _user.TakeData(stored));
        }

        return await Show();
    }

    public Task ClosedUnder(SessionId session)
    {
        Live(() => _user.ClosedUnder(session));
        WatchForExpiry();
        return Task.CompletedTask;
    }

    public Task Wake()
    {
        // Reading it is half of it; what remains is to tell the list, which may believe in a user that is gone.
        WatchForExpiry();
        _reporter.Report();
        return Task.CompletedTask;
    }

    /// <summary>Tells the session; a repeated command does so again, because the first one may not have come so far.</summary>
    private async Task<UserDataAt> Show()
    {
        var shown = Shown;
        var at = _user.State.Session is { } session ? await Session(session).SetUserData(Id, shown) : null;
        return new UserDataAt(shown.Data ?? Payload.EmptyObject, at is null ? null : _user.State.Session, at ?? default, At);
    }

    /// <summary>Data that changed while the session was entered would be missing there.</summary>
    private async Task<SessionEntered> Showing(SessionEntered entered, MemberData shown)
    {
        if (_user.State.Data != shown.Data)
        {
            await Show();
        }

        return entered with { UserAt = At };
    }

    private IReadOnlyList<Outgoing> HeardFrom(Caller caller) => [.. _user.HeardOf(caller.Device, _time.GetUtcNow()), .. _user.Identify(caller)];

    /// <summary>An account's data lies below. A store that stalls does not keep its user out: the data comes with the first command that needs it.</summary>
    private async Task TryLoadData(Caller caller)
    {
        if (caller.Role == Role.Guest)
        {
            return;
        }

        try
        {
            await LoadData().WaitAsync(LoadMax, _time);
        }
        catch (Exception e)
        {
            _log.LogWarning(e, "The data of {User} is not there yet", Id);
        }
    }

    private Task LoadData() => _loading is null or { IsFaulted: true } or { IsCanceled: true } ? _loading = Load() : _loading;

    private async Task Load()
    {
        var stored = await Durable.Get();
        var isNews = stored.Version > _user.State.DataVersion;
        Live(() => _user.TakeData(stored));
        if (isNews)
        {
            await Show();
        }
    }

    private void Published(IReadOnlyList<Outgoing> happened)
    {
        if (happened.Any(h => h.Event.ChangesState))
        {
            _changes++;
            _reporter.Report();
        }
    }

    private UserReport Listed() => new(Id, At, _user.Record(Id));
}
