using Orchestrator.Administration;
using Orchestrator.DataStreams;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>From the id of a source to its grain.</summary>
public static class SourceGrains
{
    public static ISource GetSource(this IGrainFactory grains, SourceId source) => source.Kind switch
    {
        SourceKind.User => grains.GetGrain<IUserGrain>(source.Key),
        SourceKind.Session => grains.GetGrain<ISessionGrain>(source.Key),
        SourceKind.Sessions => grains.GetGrain<ISessionDirectoryGrain>(source.Key),
        SourceKind.Users => grains.GetGrain<IUserDirectoryGrain>(source.Key),
        SourceKind.Orchestrator => grains.GetGrain<IOrchestratorGrain>(source.Key),
        SourceKind.DataStream => grains.GetGrain<IDataStreamGrain>(source.Key),
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "Unknown kind of source."),
    };
}
