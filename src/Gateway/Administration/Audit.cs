using Microsoft.Extensions.Logging;
using Orchestrator.Api;

namespace Orchestrator.Administration;

/// <summary>Writes down what is done to the orchestrator or to an account: a line in the log, and a durable entry. What only reads, and attempts of those without the right, are a line only, and of the latter not too many.</summary>
public sealed class Audit(IGrainFactory grains, TimeProvider time, RefusedAttempts attempts, ILoggerFactory logs)
{
    /// <summary>The category of the log.</summary>
    public const string Category = "Orchestrator.Audit";

    private const string Ok = "ok";
    private const string Failed = "failed";

    // Somebody else's text, which may be as long as a message.
    private const int TargetLengthMax = 300;

    // A store that stalls must not hold up what was done.
    private static readonly TimeSpan WriteMax = TimeSpan.FromSeconds(2);

    private readonly ILogger _log = logs.CreateLogger(Category);

    private IAuditGrain Trail => grains.GetGrain<IAuditGrain>(IAuditGrain.Key);

    /// <summary>Does it and writes it down, whatever comes of it.</summary>
    public Task<T> Recorded<T>(CommandContext context, string action, string? target, Func<Task<T>> work) => Do(context, action, target, work, Write);

    /// <summary>Does what only reads: a line in the log is enough, and must not push what was done out of the audit.</summary>
    public Task<T> Logged<T>(CommandContext context, string action, Func<Task<T>> work) => Do(
        context,
        action,
        target: null,
        work,
        entry =>
        {
            Say(entry);
            return Task.CompletedTask;
        });

    private async Task<T> Do<T>(CommandContext context, string action, string? target, Func<Task<T>> work, Func<AuditEntry, Task> write)
    {
        var (result, isAttempt) = (Failed, false);
        try
        {
            var done = await work();
            result = Ok;
            return done;
        }
        catch (Refusal refusal)
        {
            result = Replies.NameOf(refusal.Code);
            // What others did not do must not push what was done out of the audit.
            isAttempt = !context.MayAdminister && !refusal.IsTemporary;
            throw;
        }
        finally
        {
            var entry = EntryOf(context, action, target, result);
            if (isAttempt)
            {
                SayAttempt(entry);
            }
            else
            {
                await write(entry);
            }
        }
    }

    /// <summary>Runs a command; who tries an administrator's command without being one gets a line in the log.</summary>
    public async Task<T> Watched<T>(Command command, CommandContext context, Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Refusal refusal) when (command.Right.Permission == Permission.Administrator && refusal.Code is RefusalCode.NotLoggedIn or RefusalCode.NotAllowed)
        {
            Refused(context, command.Name, target: null, refusal.Code);
            throw;
        }
    }

    /// <summary>Demands that the caller is an administrator; who is not gets a line in the log.</summary>
    public void DemandAdministrator(CommandContext context, string action, string? target = null)
    {
        try
        {
            Right.Administrators.Demand(context);
        }
        catch (Refusal refusal)
        {
            Refused(context, action, target, refusal.Code);
            throw;
        }
    }

    /// <summary>Somebody without the right tried.</summary>
    public void Refused(CommandContext context, string action, string? target, RefusalCode code = RefusalCode.NotAllowed) =>
        SayAttempt(EntryOf(context, action, target, Replies.NameOf(code)));

    public async Task<IReadOnlyList<AuditEntry>> Read() => await Trail.Read();

    private AuditEntry EntryOf(CommandContext context, string action, string? target, string result) =>
        new(time.GetUtcNow(), context.Caller?.User, context.Caller?.UserName, context.Origin.Address, action, target is { Length: > TargetLengthMax } ? $"{target[..TargetLengthMax]}..." : target, result);

    private async Task Write(AuditEntry entry)
    {
        Say(entry);
        try
        {
            await Trail.Add(entry).WaitAsync(WriteMax, time);
        }
        catch (Exception e)
        {
            // What was done is done; the line stands, and the entry may still follow.
            _log.LogWarning(e, "The audit was not written in time");
        }
    }

    private void SayAttempt(AuditEntry entry)
    {
        if (attempts.Count(entry.Address))
        {
            Say(entry);
        }
    }

    private void Say(AuditEntry entry) => _log.LogInformation(
        "{Action} of {Target} by {User} ({UserName}) from {Address}: {Result}",
        entry.Action, entry.Target ?? "all", entry.UserId?.Value ?? "nobody", entry.UserName ?? "", entry.Address, entry.Result);
}
