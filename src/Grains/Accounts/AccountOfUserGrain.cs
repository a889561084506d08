using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;

namespace Orchestrator.Accounts;

/// <summary>The shell of a hint: one name.</summary>
[Reentrant]
public sealed class AccountOfUserGrain : Grain, IAccountOfUserGrain
{
    private readonly Committer<AccountOfUserState> _commit;
    private AccountOfUserState? _state;

    public AccountOfUserGrain(
        [PersistentState("account-of-user")] IPersistentState<Stored<AccountOfUserState>> store, Limits limits, TimeProvider time, ILogger<AccountOfUserGrain> log) =>
        _commit = new(store, new(() => _state, null, static _ => { }, DeactivateOnIdle, limits, time, log));

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _state = await _commit.Begin();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public async Task<string?> Find()
    {
        await _commit.Settled();
        return _state?.Account;
    }

    public Task Set(string? account) => _commit.Durable(null, () => Take(account), static () => true);

    private IReadOnlyList<Outgoing> Take(string? account)
    {
        _state = account is null ? null : new AccountOfUserState { Account = account };
        return [];
    }
}

/// <summary>The hint as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("account-of-user-state")]
public sealed record AccountOfUserState
{
    [Id(0)]
    public required string Account { get; init; }
}
