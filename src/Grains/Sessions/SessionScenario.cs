using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>What the session's scenario makes happen. Its clock is the instance's; here is what was announced of it.</summary>
public sealed partial class Session
{
    /// <summary>What the session was opened with. Refuses when it is not open.</summary>
    public SessionScenario Scenario
    {
        get
        {
            Demand(IsOpen, RefusalCode.SessionNotFound, "The session was not found.");
            return new SessionScenario(State!.Opening.Scenario, State.ScenarioNumber);
        }
    }

    /// <summary>Whether the scenario may have something to do after a restart.</summary>
    public bool HasTimeline => HasStartedScenario || (IsOpen && State!.Opening.Scenario.ScenarioEvents is { IsEmpty: false });

    /// <summary>Whether its clock goes, so that events may fall due.</summary>
    public bool IsScenarioRunning => IsOpen && State!.ScenarioClock is { State: ScenarioState.Running };

    public bool HasStartedScenario => State?.ScenarioNumber > 0;

    /// <summary>Refuses whoever may not direct the scenario: only the master and the administrator may.</summary>
    public void DemandDirector(UserId user)
    {
        Demand(Knows(user), RefusalCode.NotInSession, "The user is not in any session.");
        Demand(
            State!.Master == user || State.Opening.Administrator == user,
            RefusalCode.NotAllowed,
            "Only the master or the administrator of the session may do this.");
    }

    /// <summary>What has been taken before is passed over: a call may come twice.</summary>
    public IReadOnlyList<Outgoing> TakeScenario(ImmutableArray<ScenarioNews> news)
    {
        Demand(IsOpen, RefusalCode.SessionNotFound, "The session was not found.");
        var happened = new Happenings(this);
        foreach (var item in news)
        {
            if (item.Number > State!.ScenarioNumber)
            {
                happened.Add(new Outgoing(item, AudienceOf(item)));
            }
        }

        return happened.All;
    }

    private static SessionState Take(SessionState state, ScenarioNews news) => state with
    {
        ScenarioNumber = news.Number,
        ScenarioClock = news is ScenarioChanged changed ? changed.Clock : state.ScenarioClock,
    };

    private Audience? AudienceOf(ScenarioNews news) => news is not ScenarioEventFired fired
        ? Audience.Everyone
        : fired.Event.To switch
        {
            ScenarioEvent.ToAll => Audience.Everyone,
            ScenarioEvent.ToMaster => State!.Master is { } master ? Audience.Only(master) : null,
            var user => HasMember(new UserId(user)) ? Audience.Only(new UserId(user)) : null,
        };
}
