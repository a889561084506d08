using Orchestrator.Administration;
using Orchestrator.DataStreams;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Delivery;

/// <summary>What publishes.</summary>
public enum SourceKind
{
    /// <summary>A user: where its devices are.</summary>
    User,

    /// <summary>A session: everything its members see.</summary>
    Session,

    /// <summary>The list of sessions.</summary>
    Sessions,

    /// <summary>The list of users.</summary>
    Users,

    /// <summary>The orchestrator as a whole.</summary>
    Orchestrator,

    /// <summary>A data stream: its packets.</summary>
    DataStream,
}

/// <summary>A grain that publishes.</summary>
[GenerateSerializer, Immutable, Alias("source-id")]
public readonly record struct SourceId([property: Id(0)] SourceKind Kind, [property: Id(1)] string Key)
{
    public static SourceId Of(SessionId session) => new(SourceKind.Session, session.Value);

    public static SourceId Of(UserId user) => new(SourceKind.User, user.Value);

    public static SourceId Of(DataStreamId stream) => new(SourceKind.DataStream, stream.Key);

    /// <summary>Whether nothing that it publishes is kept, so that there is no asking for what was missed.</summary>
    public bool KeepsNothing => Kind == SourceKind.DataStream;

    /// <summary>The list of sessions.</summary>
    public static SourceId Sessions { get; } = new(SourceKind.Sessions, ISessionDirectoryGrain.Key);

    /// <summary>The list of users.</summary>
    public static SourceId Users { get; } = new(SourceKind.Users, IUserDirectoryGrain.Key);

    /// <summary>The orchestrator as a whole.</summary>
    public static SourceId Orchestrator { get; } = new(SourceKind.Orchestrator, IOrchestratorGrain.Key);

    public override string ToString() => $"{Kind}/{Key}";
}
