using System.Collections.Immutable;
using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>The rules of who administers: there is always somebody left who does. It knows no engine and no store.</summary>
public sealed class Administrators
{
    public AdministratorsState State { get; private set; } = new();

    public void Restore(AdministratorsState state) => State = state;

    public void Add(UserId user) => State = State with { Users = State.Users.Add(user) };

    /// <summary>Refusals: <see cref="RefusalCode.NotAllowed"/> for the last one, also when it is not known here.</summary>
    public void Remove(UserId user)
    {
        var left = State.Users.Remove(user);
        if (left.IsEmpty)
        {
            throw new Refusal(RefusalCode.NotAllowed, "The last administrator stays one; give the role to somebody else first.");
        }

        State = State with { Users = left };
    }
}

/// <summary>The administrators as they are stored: never somebody who is none, though one may be missing after a crash.</summary>
[GenerateSerializer, Immutable, Alias("administrators-state")]
public sealed record AdministratorsState
{
    [Id(0)]
    public ImmutableHashSet<UserId> Users { get; init; } = [];
}
