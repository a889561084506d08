using System.Reflection;
using Orchestrator.Delivery;

namespace Orchestrator.Cluster;

/// <summary>Calls that were made from the silos of this process: of our grains, and of the relays of gateways. A call is under way until the grain is done with it, whoever waits for it.</summary>
internal sealed class CallCounts : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    private static readonly Assembly Ours = typeof(IRelay).Assembly;

    private long _grains;
    private long _relays;
    private long _done;

    public CallCount Now => new(Interlocked.Read(ref _grains), Interlocked.Read(ref _relays));

    /// <summary>Calls of grains that are not done yet.</summary>
    public long UnderWay => Interlocked.Read(ref _grains) - Interlocked.Read(ref _done);

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (IsOurs(context, out var isRelay))
        {
            Interlocked.Increment(ref isRelay ? ref _relays : ref _grains);
        }

        return context.Invoke();
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        finally
        {
            if (IsOurs(context, out var isRelay) && !isRelay)
            {
                Interlocked.Increment(ref _done);
            }
        }
    }

    private static bool IsOurs(IGrainCallContext context, out bool isRelay)
    {
        var type = context.InterfaceMethod?.DeclaringType;
        isRelay = type == typeof(IRelay);
        return type?.Assembly == Ours;
    }
}

/// <summary>How many calls of grains, and of relays.</summary>
internal readonly record struct CallCount(long Grains, long Relays)
{
    public static CallCount operator -(CallCount after, CallCount before) => new(after.Grains - before.Grains, after.Relays - before.Relays);

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Grains} + {Relays}");
}
