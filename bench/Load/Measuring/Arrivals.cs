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
internal sealed class SenderNumbers(int senders, int step)
{
    private readonly int[] _last = new int[senders];
    private readonly int[] _missing = new int[senders];

    public Faults Faults;

    public void Arrived(int sender, int number)
    {
        ref var last = ref _last[sender];
        if (number == last + step)
        {
            last = number;
            return;
        }

        if (number > last)
        {
            var passed = ((number - last) / step) - 1;
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
    private long _epoch;
    private long _seq;

    public Faults Faults;

    public void Begin(long epoch, long seq) => (_epoch, _seq) = (epoch, seq);

    public void Arrived(long epoch, long seq, long previous)
    {
        if (epoch == _epoch && previous == _seq && seq > previous)
        {
            _seq = seq;
            return;
        }

        if (epoch != _epoch)
        {
            (_epoch, _seq) = (epoch, seq);
            return;
        }

        if (seq == _seq)
        {
            Faults.Doubled++;
        }
        else if (seq < _seq)
        {
            Faults.OutOfOrder++;
        }
        else
        {
            Faults.Lost++;
            _seq = seq;
        }
    }
}
