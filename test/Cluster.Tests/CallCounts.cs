using System.Reflection;
using Orchestrator.Delivery;

namespace Orchestrator.Cluster;

/// <summary>Calls that were made from the silos of this process: of our grains, and of the relays of gateways.</summary>
internal sealed class CallCounts : IOutgoingGrainCallFilter
{
    private static readonly Assembly Ours = typeof(IRelay).Assembly;

    private long _grains;
    private long _relays;

    public CallCount Now => new(Interlocked.Read(ref _grains), Interlocked.Read(ref _relays));

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceMethod?.DeclaringType is { } type && type.Assembly == Ours)
        {
            Interlocked.Increment(ref type == typeof(IRelay) ? ref _relays : ref _grains);
        }

        return context.Invoke();
    }
}

/// <summary>How many calls of grains, and of relays.</summary>
internal readonly record struct CallCount(long Grains, long Relays)
{
    public static CallCount operator -(CallCount after, CallCount before) => new(after.Grains - before.Grains, after.Relays - before.Relays);

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Grains} + {Relays}");
}
