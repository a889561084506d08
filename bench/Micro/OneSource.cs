using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Orchestrator.Delivery;

namespace Orchestrator.Micro;

/// <summary>Grains without an engine: every session is the same one, and it is only a source.</summary>
internal sealed class OneSource(Source source) : IGrainFactory
{
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => Session<TGrainInterface>();

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => (TGrainObserverInterface)obj;

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        // There is none.
    }

    private TGrainInterface Session<TGrainInterface>()
    {
        var session = DispatchProxy.Create<TGrainInterface, SourceOnly>();
        ((SourceOnly)(object)session!).Source = source;
        return session;
    }

    private sealed record NothingYet : Snapshot;

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
