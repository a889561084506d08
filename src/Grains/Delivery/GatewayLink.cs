using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>One gateway as a source sees it: the seats behind it, and the number of the last call to it.</summary>
/// <param name="gateway">Its name, and the way to it.</param>
/// <param name="last">The number that counts as used already.</param>
internal sealed class GatewayLink(GatewayAddress gateway, long last)
{
    private readonly Seats _seats = new();

    public string Gateway { get; } = gateway.Gateway;

    public IRelay Relay { get; set; } = gateway.Relay;

    public long Last { get; private set; } = last;

    public bool IsEmpty => _seats.Count == 0;

    public IEnumerable<Seat> Seats => _seats.All;

    public bool Has(UserId user) => _seats.Has(user);

    public void Enter(Seat seat)
    {
        Leave(seat.Connection);
        _seats.Add(seat);
    }

    public void Leave(ConnectionId connection) => _seats.Remove(connection);

    public void Leave(UserId user)
    {
        if (!_seats.Has(user))
        {
            return;
        }

        foreach (var seat in _seats.All.Where(s => s.User == user).ToArray())
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
            return _seats.Count > 1 || _seats.All.Any(audience.Includes);
        }

        if (audience.ButUser is { } butUser)
        {
            return _seats.Users > (_seats.Has(butUser) ? 1 : 0);
        }

        return audience.Users.Any(_seats.Has) || (!audience.Devices.IsEmpty && _seats.All.Any(audience.Includes));
    }

    public long Next() => ++Last;
}
