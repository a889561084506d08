using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Orchestrator.Delivery;

namespace Orchestrator.Micro;

/// <summary>Grains without an engine: every session is the same one, and it is only a source.</summary>
internal static class OneSource
{
    public static IGrainFactory Of(Source source)
    {
        var grains = DispatchProxy.Create<IGrainFactory, Factory>();
        ((Factory)grains).Source = source;
        return grains;
    }

    private sealed record NothingYet : Snapshot;

    /// <summary>Each engine's factory has other members; these are in both.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "The proxy is derived from it.")]
    public class Factory : DispatchProxy
    {
        public Source Source { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod!.Name, args) switch
        {
            (nameof(IGrainFactory.GetGrain), [string, ..]) when targetMethod.IsGenericMethod => Session(targetMethod.GetGenericArguments()[0]),
            (nameof(IGrainFactory.CreateObjectReference), [var observer]) => observer,
            (nameof(IGrainFactory.DeleteObjectReference), _) => null,
            _ => throw new NotSupportedException(targetMethod.Name),
        };

        private object Session(Type contract)
        {
            var session = Create(contract, typeof(SourceOnly));
            ((SourceOnly)session).Source = Source;
            return session;
        }
    }

    /// <summary>Every call of the contract that is no source's is a mistake of the benchmark.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "The proxy is derived from it.")]
    public class SourceOnly : DispatchProxy
    {
        public Source Source { get; set; } = null!;

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod!.Name, args) switch
        {
            (nameof(ISource.Subscribe), [GatewayAddress gateway, Seat seat, var after]) =>
                Task.FromResult(Source.Subscribe(gateway, seat, (Position?)after, static () => new NothingYet())),
            (nameof(ISource.Unsubscribe), _) => Task.CompletedTask,
            (nameof(ISource.Read), [string gateway, Position after]) => Task.FromResult(Source.Read(gateway, after)),
            _ => throw new NotSupportedException(targetMethod.Name),
        };
    }
}
