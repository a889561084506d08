using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Runs;

/// <summary>What became of the registrations that were asked for in one part.</summary>
internal sealed record RegistrationCounts(int Asked, int AtOnce, int AfterAWait, int Temporary, int Recovered, int Failed, double SlowestSeconds);

/// <summary>Registers accounts at a fixed rate over HTTP; what is refused as temporary is asked again with the same key.</summary>
internal sealed class Registrations(Uri address, double perSecond) : IDisposable
{
    public const double AtOnceMilliseconds = 1_000;
    private const int TriesMax = 30;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    private readonly ConcurrentBag<Registration> _all = [];

    public async Task Run(long from, long until, CancellationToken cancellationToken)
    {
        var asked = new List<Task>();
        for (var i = 0; ; i++)
        {
            var due = from + (long)(i / perSecond * Stopwatch.Frequency);
            if (due >= until)
            {
                break;
            }

            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, cancellationToken);
            }

            asked.Add(Register($"account-{i}", cancellationToken));
        }

        await Task.WhenAll(asked);
    }

    public RegistrationCounts Count(Window window)
    {
        var all = _all.Where(r => window.Holds(r.At)).ToArray();
        return new RegistrationCounts(
            all.Length,
            all.Count(r => r is { First: HttpStatusCode.Created, FirstSeconds: < AtOnceMilliseconds / 1000 }),
            all.Count(r => r is { First: HttpStatusCode.Created, FirstSeconds: >= AtOnceMilliseconds / 1000 }),
            all.Count(r => r.First == HttpStatusCode.ServiceUnavailable),
            all.Count(r => r is { First: HttpStatusCode.ServiceUnavailable, Last: HttpStatusCode.Created }),
            all.Count(r => r.First is not (HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable)),
            all.Select(r => r.FirstSeconds).DefaultIfEmpty().Max());
    }

    public void Dispose() => _http.Dispose();

    private async Task Register(string name, CancellationToken cancellationToken)
    {
        var at = Stopwatch.GetTimestamp();
        var first = await Ask(name, cancellationToken);
        var (seconds, last) = (Stopwatch.GetElapsedTime(at).TotalSeconds, first);
        for (var tries = 1; last == HttpStatusCode.ServiceUnavailable && tries < TriesMax; tries++)
        {
            await Task.Delay(RetryAfter, cancellationToken);
            last = await Ask(name, cancellationToken);
        }

        _all.Add(new Registration(at, first, seconds, last));
    }

    private async Task<HttpStatusCode> Ask(string name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/accounts")
        {
            Content = JsonContent.Create(new { userName = name, password = "a long enough password" }),
        };
        request.Headers.Add("Idempotency-Key", $"register {name}");
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    private sealed record Registration(long At, HttpStatusCode First, double FirstSeconds, HttpStatusCode Last);
}
