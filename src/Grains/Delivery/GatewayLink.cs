using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>One gateway as a source sees it: the seats behind it, and the number of the last call to it.</summary>
/// <param name="relay">The way to it.</param>
/// <param name="last">The number that counts as used already.</param>
internal sealed class GatewayLink(IRelay relay, long last)
{
    private readonly Dictionary<ConnectionId, Seat> _seats = [];

    // Two of a user's devices may sit behind the same gateway, so seats are counted per user.
    private readonly Dictionary<UserId, int> _users = [];

    public IRelay Relay { get; set; } = relay;

    public long Last { get; private set; } = last;

    public bool IsEmpty => _seats.Count == 0;

    public bool Has(UserId user) => _users.ContainsKey(user);

    public void Enter(Seat seat)
    {
        Leave(seat.Connection);
        _seats.Add(seat.Connection, seat);
        _users[seat.User] = _users.GetValueOrDefault(seat.User) + 1;
    }

    public void Leave(ConnectionId connection)
    {
        if (!_seats.Remove(connection, out var seat))
        {
            return;
        }

        if (--_users[seat.User] == 0)
        {
            _users.Remove(seat.User);
        }
    }

    public void Leave(UserId user)
    {
        if (!_users.ContainsKey(user))
        {
            return;
        }

        foreach (var seat in _seats.Values.Where(s => s.User == user).ToArray())
        {
            Leave(seat.Connection);
        }
    }

    public bool HasAddressee(Audience audience)
    {
        if (audience.IsEveryone)
        {
            return _seats.Count > 0;
        }

        if (audience.But is not null)
        {
            // With two seats, at least one is another device's.
            return _seats.Count > 1 || _seats.Values.Any(audience.Includes);
        }

        if (audience.ButUser is { } butUser)
        {
            return _users.Count > (_users.ContainsKey(butUser) ? 1 : 0);
        }

        return audience.Users.Any(_users.ContainsKey) || (!audience.Devices.IsEmpty && _seats.Values.Any(audience.Includes));
    }

    public long Next() => ++Last;
}
