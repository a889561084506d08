using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>
/// A session's own copy of its scenario: the clock, and the timed events. One per session, by the session's id; it stands above its session, which it asks for rights and
/// through which it publishes. Clock and cursor are durable; the cursor is stored before an event is published, so each event of a run fires at most once: one whose
/// publication a crash prevents is not fired again, and <see cref="ScenarioInstanceRecord.NextEvent"/> shows that it is past. Events that were due while the process was down fire when it
/// is back, in order, marked late. A change of the clock that a crash kept from being published is published afterwards.
/// </summary>
[Alias("scenario-instance")]
public interface IScenarioInstanceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Changes the clock; what was due before fires first. Durable; answers the place of the announcement in what the session has published. Caller: the session's master or its
    /// administrator. Refusals: <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.NotAllowed"/>, <see cref="RefusalCode.ScenarioState"/>.
    /// </summary>
    [Alias("control")]
    Task<Position> Control(Caller caller, ControlScenario command);

    /// <summary>The instance as it is. Caller: a member or the administrator. Refusals: <see cref="RefusalCode.NotJoined"/>.</summary>
    [Alias("get"), Repeatable]
    Task<ScenarioInstanceRecord> Get(Caller caller);

    /// <summary>Goes on after a restart. Called by the session, when it was read from the store and every 2 s while the scenario runs; it does not wait.</summary>
    [Alias("wake"), OneWay]
    Task Wake();

    /// <summary>The session is over: so is the instance, and nothing of it remains. Called by the session, which does not wait.</summary>
    [Alias("ended"), OneWay]
    Task Ended();
}

/// <summary>What a director does to a scenario's clock.</summary>
public enum ScenarioControl
{
    /// <summary>Stopped: runs from 0, all events armed.</summary>
    Start,

    /// <summary>Running or paused: runs from 0, all events armed again.</summary>
    Restart,

    /// <summary>Running or paused: over, where it is.</summary>
    Stop,

    /// <summary>Running: stands.</summary>
    Pause,

    /// <summary>Paused: goes on.</summary>
    Resume,

    /// <summary>Running or paused: is at another position. Events before it are passed over, events from it on are armed again.</summary>
    Seek,

    /// <summary>In any state: goes faster or slower.</summary>
    SetRate,
}

/// <summary>Changes the clock of a scenario.</summary>
/// <param name="PositionMs">For Seek: where to.</param>
/// <param name="Rate">For SetRate: how fast.</param>
[GenerateSerializer, Immutable, Alias("control-scenario-command")]
public sealed record ControlScenario(
    [property: Id(0)] ScenarioControl Control,
    [property: Id(1)] long PositionMs = 0,
    [property: Id(2)] double Rate = 1,
    [property: Id(3)] string? Key = null) : IKeyedCommand;

/// <summary>A session's scenario as it runs. Names as in the VRTogether API where it has them.</summary>
/// <param name="ScenarioRefId">The scenario that it is a copy of.</param>
/// <param name="ScenarioId">The instance: the session's id.</param>
/// <param name="NextEvent">Which event of the timeline is next: the events before it have fired or were passed over.</param>
/// <param name="EventCount">How many there are.</param>
[GenerateSerializer, Immutable, Alias("scenario-instance-record")]
public sealed record ScenarioInstanceRecord(
    [property: Id(0)] string ScenarioRefId,
    [property: Id(1)] SessionId SessionId,
    [property: Id(2)] SessionId ScenarioId,
    [property: Id(3)] string? ScenarioName,
    [property: Id(4)] string? ScenarioDescription,
    [property: Id(5)] ImmutableArray<Room> ScenarioRooms,
    [property: Id(6)] ScenarioState ScenarioState,
    [property: Id(7)] long PositionMs,
    [property: Id(8)] long AtMs,
    [property: Id(9)] double Rate,
    [property: Id(10)] int Run,
    [property: Id(11)] int NextEvent,
    [property: Id(12)] int EventCount);

/// <summary>What a session knows of its scenario.</summary>
/// <param name="Definition">Its own copy, since it was opened.</param>
/// <param name="Number">Of the last news that it took.</param>
[GenerateSerializer, Immutable, Alias("session-scenario")]
public sealed record SessionScenario([property: Id(0)] ScenarioDefinition Definition, [property: Id(1)] long Number);
