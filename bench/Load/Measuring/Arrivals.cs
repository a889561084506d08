namespace Orchestrator.Load.Measuring;

/// <summary>What went wrong with the messages of one or many receivers.</summary>
internal struct Faults
{
    /// <summary>Numbers that were passed over and did not come later.</summary>
    public long Lost;

    public long Doubled;

    public long OutOfOrder;

    public void Add(Faults other)
    {
        Lost += other.Lost;
        Doubled += other.Doubled;
        OutOfOrder += other.OutOfOrder;
    }
}

/// <summary>The numbers of one receiver's senders: each sender counts its own messages from 1.</summary>
internal sealed class SenderNumbers(int senders)
{
    private readonly int[] _last = new int[senders];
    private readonly int[] _missing = new int[senders];

    public Faults Faults;

    public void Arrived(int sender, int number)
    {
        ref var last = ref _last[sender];
        if (number == last + 1)
        {
            last = number;
            return;
        }

        if (number > last)
        {
            var passed = number - last - 1;
            _missing[sender] += passed;
            Faults.Lost += passed;
            last = number;
            return;
        }

        if (number < last && _missing[sender] > 0)
        {
            _missing[sender]--;
            Faults.Lost--;
            Faults.OutOfOrder++;
            return;
        }

        Faults.Doubled++;
    }
}

/// <summary>The places of one receiver's session: each event names its own and the one before it.</summary>
internal sealed class StampCheck
{
    private bool _isBegun;
    private long _first;
    private long _epoch;
    private long _seq;

    public Faults Faults;

    /// <summary>The reply that says where the events begin; they may be faster than it.</summary>
    public void Begin(long epoch, long seq)
    {
        if (!_isBegun)
        {
            (_isBegun, _epoch, _seq) = (true, epoch, seq);
        }
        else if (epoch == _epoch && seq != _first)
        {
            Faults.Lost++;
        }
    }

    public void Arrived(long epoch, long seq, long previous)
    {
        if (!_isBegun || epoch > _epoch)
        {
            (_isBegun, _first, _epoch, _seq) = (true, previous, epoch, seq);
            return;
        }

        if (seq <= _seq || epoch < _epoch)
        {
            Faults.Doubled += seq == _seq ? 1 : 0;
            Faults.OutOfOrder += seq == _seq ? 0 : 1;
            return;
        }

        Faults.Lost += previous == _seq ? 0 : 1;
        _seq = seq;
    }
}
