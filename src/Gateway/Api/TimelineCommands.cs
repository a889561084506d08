using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Reads a scenario instance by its id, which is its session's; without one, that of the caller's session.</summary>
public sealed record ScenarioInstanceParameters(SessionId? ScenarioId = null);

/// <summary>Changes the clock of the scenario of the caller's session.</summary>
public sealed record TimelineParameters(string? Key = null);

/// <summary>Sets the clock of the scenario of the caller's session to a position.</summary>
public sealed record SeekParameters(long PositionMs, string? Key = null);

/// <summary>Makes the clock of the scenario of the caller's session faster or slower.</summary>
public sealed record RateParameters(double Rate, string? Key = null);

/// <summary>Commands about the scenario that a session runs.</summary>
public sealed class TimelineCommands
{
    private readonly IGrainFactory _grains;

    public TimelineCommands(IGrainFactory grains)
    {
        _grains = grains;
        GetScenarioInstanceInfo = new("GetScenarioInstanceInfo", Get);
        StartScenario = Plain("StartScenario", ScenarioControl.Start);
        RestartScenario = Plain("RestartScenario", ScenarioControl.Restart);
        StopScenario = Plain("StopScenario", ScenarioControl.Stop);
        PauseScenario = Plain("PauseScenario", ScenarioControl.Pause);
        ResumeScenario = Plain("ResumeScenario", ScenarioControl.Resume);
        SeekScenario = new("SeekScenario", (c, p) => Control(c, new(ScenarioControl.Seek, PositionMs: p.PositionMs, Key: p.Key)), Validate);
        SetScenarioRate = new("SetScenarioRate", (c, p) => Control(c, new(ScenarioControl.SetRate, Rate: p.Rate, Key: p.Key)), Validate);
    }

    public Command<ScenarioInstanceParameters, ScenarioInstanceRecord> GetScenarioInstanceInfo { get; }

    public Command<TimelineParameters, Nothing> StartScenario { get; }

    public Command<TimelineParameters, Nothing> RestartScenario { get; }

    public Command<TimelineParameters, Nothing> StopScenario { get; }

    public Command<TimelineParameters, Nothing> PauseScenario { get; }

    public Command<TimelineParameters, Nothing> ResumeScenario { get; }

    public Command<SeekParameters, Nothing> SeekScenario { get; }

    public Command<RateParameters, Nothing> SetScenarioRate { get; }

    private static void Validate(SeekParameters parameters, Limits limits)
    {
        Validation.Key(parameters.Key, limits);
        if (parameters.PositionMs < 0 || parameters.PositionMs >= limits.ScenarioLengthMax.TotalMilliseconds)
        {
            throw Refusal.BadRequest($"The parameter 'positionMs' is not between 0 and {limits.ScenarioDaysMax} days.");
        }
    }

    private static void Validate(RateParameters parameters, Limits limits)
    {
        Validation.Key(parameters.Key, limits);
        if (!(parameters.Rate >= limits.ScenarioRateMin && parameters.Rate <= limits.ScenarioRateMax))
        {
            throw Refusal.BadRequest(FormattableString.Invariant($"The parameter 'rate' is not between {limits.ScenarioRateMin} and {limits.ScenarioRateMax}."));
        }
    }

    private Command<TimelineParameters, Nothing> Plain(string name, ScenarioControl control) =>
        new(name, (c, p) => Control(c, new(control, Key: p.Key)), static (p, limits) => Validation.Key(p.Key, limits));

    private async Task<Answer<Nothing>> Control(CommandContext context, ControlScenario command)
    {
        SessionId session;
        try
        {
            session = await Session(context);
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.NotJoined)
        {
            throw new Refusal(RefusalCode.NotInSession, "The user is not in any session.");
        }

        var at = await Instance(session).Control(context.User, command);
        // A repeat after a restart has no place of its own any more.
        return new(new Nothing(), at == default ? null : Place.Of(session.Value, at));
    }

    private async Task<Answer<ScenarioInstanceRecord>> Get(CommandContext context, ScenarioInstanceParameters parameters) =>
        new(await Instance(parameters.ScenarioId ?? await Session(context)).Get(context.User));

    /// <summary>The session that the caller is in, else the oldest it administers.</summary>
    private async Task<SessionId> Session(CommandContext context) =>
        context.Connection?.Session ?? (await _grains.GetGrain<IUserGrain>(context.User.User.Value).GetSession(context.User)).Session.SessionId;

    private IScenarioInstanceGrain Instance(SessionId session) => _grains.GetGrain<IScenarioInstanceGrain>(session.Value);
}
