using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Scenarios;

/// <summary>
/// The shell of <see cref="ScenarioInstance"/>. Its timer leads to the next event; a reminder, and the session when it is read from the store, wake it after a restart.
/// </summary>
[Reentrant]
public sealed class ScenarioInstanceGrain : Grain, IScenarioInstanceGrain, IRemindable
{
    private const string ReminderName = "timeline";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan VacantFor = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookForMembersEvery = TimeSpan.FromMilliseconds(100);

    // Far moments are approached in steps, each of which also keeps the activation.
    private static readonly TimeSpan StepMax = TimeSpan.FromMinutes(1);

    private readonly ScenarioInstance _instance = new();
    private readonly Committer<ScenarioInstanceState> _commit;
    private readonly ScenarioPublisher _publisher;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private IGrainTimer? _timer;
    private bool _mayMissMembers;
    private Task _reminding = Task.CompletedTask;

    public ScenarioInstanceGrain(
        [PersistentState("scenario")] IPersistentState<Stored<ScenarioInstanceState>> store, Limits limits, TimeProvider time, ILogger<ScenarioInstanceGrain> log)
    {
        (_time, _log) = (time, log);
        _publisher = new ScenarioPublisher(Session, limits, time, log);
        _commit = new(store, new(() => _instance.State, null, Written, DeactivateOnIdle, limits, time, log));
    }

    private SessionId Id => new(this.GetPrimaryKeyString());

    private ISessionGrain Session => GrainFactory.GetGrain<ISessionGrain>(Id.Value);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _instance.Restore(stored);
            _mayMissMembers = true;
            // What is due is looked up in the session's definition, and this activation must not wait for it.
            Schedule(TimeSpan.Zero);
            return;
        }

        // Asking for a session that does not exist must not fill the memory.
        this.RegisterGrainTimer(LeaveIfVacant, new GrainTimerCreationOptions(VacantFor, Timeout.InfiniteTimeSpan) { Interleave = true });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _commit.End(cancellationToken);
        await _publisher.End(cancellationToken);
        if (_instance.NextMoment is not null && reason.ReasonCode != DeactivationReasonCode.ShuttingDown)
        {
            _ = this.AsReference<IScenarioInstanceGrain>().Wake();
        }
    }

    public async Task<Position> Control(Caller caller, ControlScenario command)
    {
        var (key, name) = (CommandKeys.Of(caller, command.Key), $"{command.Control}Scenario");
        if (!_commit.TryRecall<bool>(key, out _, name))
        {
            await Session.DemandDirector(caller.User);
        }

        await Ready();
        // What is due fires with the change.
        while (await MembersAreMissing())
        {
            await Task.Delay(LookForMembersEvery, _time);
        }

        await _commit.Durable(key, () => _instance.Control(caller.User, command, _time.GetUtcNow()), static () => true, name);
        await _reminding;
        var at = await _publisher.Settled;
        if (!_publisher.IsOver)
        {
            return at;
        }

        await End();
        throw new Refusal(RefusalCode.NotInSession, "The session is over.");
    }

    public async Task<ScenarioInstanceRecord> Get(Caller caller)
    {
        await Session.DemandReader(caller.User);
        await Ready();
        await _commit.Settled();
        var (definition, clock) = (_instance.Definition!, _instance.Clock);
        return new ScenarioInstanceRecord(
            definition.ScenarioId, Id, Id, definition.ScenarioName, definition.ScenarioDescription, definition.ScenarioRooms ?? [],
            clock.State, clock.PositionMs, clock.AtMs, clock.Rate, clock.Run, _instance.NextEvent, _instance.EventCount);
    }

    /// <summary>Being called is enough: the activation has seen what is due.</summary>
    public Task Wake() => Task.CompletedTask;

    public Task Ended() => End();

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (_instance.State is null || !await Session.Exists())
        {
            await End();
        }
    }

    /// <summary>Asks the session, once, what the scenario is made of, and tells it what a crash may have kept from it.</summary>
    private async Task Ready()
    {
        if (_instance.Definition is not null)
        {
            return;
        }

        var scenario = await Session.GetScenario();
        if (_instance.Definition is not null)
        {
            return;
        }

        _instance.Take(scenario.Definition);
        if (_instance.State?.LastChange is { } change && change.Number > scenario.Number)
        {
            _publisher.Publish([change]);
        }

        Schedule();
    }

    /// <summary>What follows from a change that is stored.</summary>
    private void Written(IReadOnlyList<Outgoing> happened)
    {
        _publisher.Publish(happened.Select(h => h.Event).OfType<ScenarioNews>());
        Schedule();
        if (happened.Any(h => h.Event is ScenarioChanged))
        {
            _reminding = Remind(_reminding);
        }
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        try
        {
            await Ready();
            if (await MembersAreMissing())
            {
                Schedule(LookForMembersEvery);
                return;
            }

            if (_instance.IsDue(_time.GetUtcNow()))
            {
                await _commit.Durable(null, () => _instance.Fire(_time.GetUtcNow()), static () => true);
                await _publisher.Settled;
            }

            if (_publisher.IsOver)
            {
                await End();
                return;
            }

            Schedule();
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.SessionNotFound)
        {
            await End();
        }
        catch (Exception e)
        {
            _log.LogWarning(e, "The timeline of {Session} waits for {Retry}", Id, RetryAfter);
            // A store that takes no write has ended this activation; the next one reads what is true, and must not come at once.
            await Task.Delay(RetryAfter, _time, CancellationToken.None);
            Schedule(TimeSpan.Zero);
        }
    }

    /// <summary>
    /// Whether something is due that must wait: after a restart members come back one by one, and what fires before they are there they never hear. The session knows how
    /// long ago it was restarted; an instance that is only read again waits for nobody.
    /// </summary>
    private async Task<bool> MembersAreMissing()
    {
        if (!_mayMissMembers || !_instance.IsDue(_time.GetUtcNow()))
        {
            return false;
        }

        _mayMissMembers = await Session.IsMissingMembers();
        return _mayMissMembers;
    }

    private void Schedule()
    {
        if (_instance.NextMoment is not { } moment)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var left = moment - _time.GetUtcNow();
        Schedule(left <= TimeSpan.Zero ? TimeSpan.Zero : left < StepMax ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : StepMax);
    }

    private void Schedule(TimeSpan due)
    {
        if (_timer is null)
        {
            _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
            return;
        }

        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>There is a reminder while the scenario is started. One change at a time, and each looks at what is true then.</summary>
    private async Task Remind(Task before)
    {
        await before;
        try
        {
            var reminder = await this.GetReminder(ReminderName);
            var isStarted = _instance.Clock.State != ScenarioState.Stopped;
            if (isStarted && reminder is null)
            {
                await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
            }
            else if (!isStarted && reminder is not null)
            {
                await this.UnregisterReminder(reminder);
            }
        }
        catch (Exception e)
        {
            // The session wakes the instance as well, and a reminder too many removes itself.
            _log.LogWarning(e, "The reminder of {Session} could not be set", Id);
        }
    }

    private async Task End()
    {
        if (_instance.State is not null)
        {
            await _commit.Durable(null, _instance.End, static () => true);
        }

        _reminding = Remind(_reminding);
        await _reminding;
        DeactivateOnIdle();
    }

    private Task LeaveIfVacant(CancellationToken cancellationToken)
    {
        if (_instance.State is null)
        {
            DeactivateOnIdle();
        }

        return Task.CompletedTask;
    }
}
