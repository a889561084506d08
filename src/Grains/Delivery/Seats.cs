using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>The seats behind one gateway. Of most sources there is one, a user's own; of a large session there are hundreds, so more than one are found by their names.</summary>
internal sealed class Seats
{
    private Seat? _only;
    private Many? _many;

    public int Count => _many?.ByConnection.Count ?? (_only is null ? 0 : 1);

    /// <summary>How many users they are of.</summary>
    public int Users => _many?.PerUser.Count ?? Count;

    public IEnumerable<Seat> All => _many is not null ? _many.ByConnection.Values : _only is { } seat ? [seat] : [];

    public bool Has(UserId user) => _many?.PerUser.ContainsKey(user) ?? _only?.User == user;

    /// <summary>Its connection has none here yet.</summary>
    public void Add(Seat seat)
    {
        if (_many is null && _only is null)
        {
            _only = seat;
            return;
        }

        if (_many is null)
        {
            _many = new Many();
            _many.Add(_only!);
            _only = null;
        }

        _many.Add(seat);
    }

    public void Remove(ConnectionId connection)
    {
        if (_only?.Connection == connection)
        {
            _only = null;
        }

        _many?.Remove(connection);
        if (_many is { ByConnection.Count: 0 })
        {
            _many = null;
        }
    }

    private sealed class Many
    {
        public Dictionary<ConnectionId, Seat> ByConnection { get; } = [];

        // Two of a user's devices may sit behind the same gateway, so seats are counted per user.
        public Dictionary<UserId, int> PerUser { get; } = [];

        public void Add(Seat seat)
        {
            ByConnection.Add(seat.Connection, seat);
            PerUser[seat.User] = PerUser.GetValueOrDefault(seat.User) + 1;
        }

        public void Remove(ConnectionId connection)
        {
            if (ByConnection.Remove(connection, out var seat) && --PerUser[seat.User] == 0)
            {
                PerUser.Remove(seat.User);
            }
        }
    }
}
