using System.Globalization;
using Orchestrator.Clocks;

namespace Orchestrator.Api;

/// <summary>The time, as the VRTogether API says it.</summary>
/// <param name="NtpDate">ISO 8601, UTC, with milliseconds.</param>
/// <param name="NtpTimeMs">Milliseconds since 1970.</param>
public sealed record NtpClock(string NtpDate, long NtpTimeMs);

/// <summary>One exchange of time stamps, from which a client knows how far its clock is from the server's. Before login too.</summary>
/// <param name="ClientSendMs">The client's clock when it sends this, in milliseconds; it comes back as it is.</param>
public sealed record ExchangeTimeParameters(double ClientSendMs);

/// <summary>Three of the four time stamps; the fourth is the client's, when it gets this. Milliseconds since 1970, with fractions.</summary>
public sealed record TimeExchange(double ClientSendMs, double ServerReceiveMs, double ServerSendMs);

/// <summary>Commands about the time.</summary>
public sealed class ClockCommands
{
    private readonly SharedTime _shared;
    private readonly TimeProvider _time;

    public ClockCommands(SharedTime shared, TimeProvider time)
    {
        (_shared, _time) = (shared, time);
        GetNTPTime = new("GetNTPTime", Read);
        ExchangeTime = new("ExchangeTime", Exchange, Validate);
    }

    public Command<NoParameters, NtpClock> GetNTPTime { get; }

    public Command<ExchangeTimeParameters, TimeExchange> ExchangeTime { get; }

    private static void Validate(ExchangeTimeParameters parameters, Limits limits)
    {
        // A number that is too large for a double is read as infinite, which JSON cannot say.
        if (!double.IsFinite(parameters.ClientSendMs))
        {
            throw Refusal.BadRequest("The parameter 'clientSendMs' is no time.");
        }
    }

    private async Task<Answer<NtpClock>> Read(CommandContext context, NoParameters parameters)
    {
        var now = await _shared.Read(context.CancellationToken);
        return new(new NtpClock(now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), now.ToUnixTimeMilliseconds()));
    }

    private Task<Answer<TimeExchange>> Exchange(CommandContext context, ExchangeTimeParameters parameters)
    {
        var received = NowMs();
        return Task.FromResult(new Answer<TimeExchange>(new TimeExchange(parameters.ClientSendMs, received, NowMs())));
    }

    private double NowMs() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerMillisecond;
}
