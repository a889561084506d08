using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;

namespace Orchestrator.Users;

/// <summary>The shell of <see cref="UserData"/> for users with an account.</summary>
[Reentrant]
public sealed class UserDataGrain : Grain, IUserDataGrain
{
    private readonly Committer<UserDataState> _commit;
    private readonly Limits _limits;
    private UserDataState? _state;
    private StoredUserData _written = new(null, 0);

    public UserDataGrain(
        [PersistentState("user-data")] IPersistentState<Stored<UserDataState>> store, Limits limits, TimeProvider time, ILogger<UserDataGrain> log)
    {
        _limits = limits;
        _commit = new(store, new(() => _state, null, Written, DeactivateOnIdle, limits, time, log));
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _state = await _commit.Begin();
        if (_state is { } stored)
        {
            _written = new StoredUserData(stored.Data, stored.Version);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public Task<StoredUserData> Get() => Task.FromResult(_written);

    public async Task<StoredUserData> Change(ChangeUserData command)
    {
        // Remembered is only that it was done: the data as it is answers a repeat as well, and copies of it would fill the record.
        var key = command.Key is null ? (CommandKey?)null : new CommandKey(this.GetPrimaryKeyString(), command.Key);
        await _commit.Durable(key, () => Decide(command), static () => true, command.Name);
        return _written;
    }

    public async Task Remove()
    {
        await _commit.Durable(null, Forget, static () => true);
        DeactivateOnIdle();
    }

    private IReadOnlyList<Outgoing> Decide(ChangeUserData command)
    {
        var changed = new UserDataChanged(UserData.Change(_state?.Data, command.Patch, _limits), (_state?.Version ?? 0) + 1);
        _state = new UserDataState { Data = changed.Data, Version = changed.Version };
        return [Outgoing.Silent(changed)];
    }

    private IReadOnlyList<Outgoing> Forget()
    {
        var changed = new UserDataChanged(null, (_state?.Version ?? 0) + 1);
        _state = null;
        return [Outgoing.Silent(changed)];
    }

    private void Written(IReadOnlyList<Outgoing> happened)
    {
        foreach (var changed in happened.Select(h => h.Event).OfType<UserDataChanged>())
        {
            _written = new StoredUserData(changed.Data, changed.Version);
        }
    }
}
