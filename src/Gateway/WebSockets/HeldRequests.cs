using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.WebSockets;

/// <summary>
/// Requests that last as long as their connection. What is left to do of one is awaited outside of everything else that it passed, so that an open connection does not hold the state of a dozen
/// steps that were done at its beginning.
/// </summary>
public static class HeldRequests
{
    /// <summary>To be used before everything else.</summary>
    public static void UseHeldRequests(this IApplicationBuilder app) => app.Use(static next => http =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } ? Hold(http, next) : next(http));

    /// <summary>Lets this be done when all else is.</summary>
    public static Task Last(this HttpContext http, Func<Task> rest)
    {
        if (http.Features.Get<Held>() is not { } held)
        {
            return rest();
        }

        held.Rest = rest;
        return Task.CompletedTask;
    }

    private static Task Hold(HttpContext http, RequestDelegate next)
    {
        var held = new Held();
        http.Features.Set(held);
        return Hold(http, next(http), held);
    }

    private static async Task Hold(HttpContext http, Task passed, Held held)
    {
        await passed;
        if (held.Rest is not null)
        {
            await LetGo(http);
            await held.Run();
        }
    }

    /// <summary>What was made for the steps before, or said to them, is not needed any more.</summary>
    private static async ValueTask LetGo(HttpContext http)
    {
        await ((http.Features.Get<IServiceProvidersFeature>() as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask);
        http.Request.Headers.Clear();
        http.Features.Set<IServiceProvidersFeature>(null);
        http.Features.Set<IItemsFeature>(null);
        http.Features.Set<IQueryFeature>(null);
        // The context and its request keep what they have found until they look for something again.
        _ = (http.RequestAborted, http.Request.Method);
    }

    private sealed class Held
    {
        public Func<Task>? Rest { get; set; }

        public Task Run()
        {
            var rest = Rest!;
            Rest = null;
            return rest();
        }
    }
}
