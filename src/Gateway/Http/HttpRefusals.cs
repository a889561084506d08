using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api;

namespace Orchestrator.Http;

/// <summary>The body of every answer that is not a success.</summary>
public sealed record HttpError(int Error, string Code, string Message, bool Retry);

/// <summary>Says refusals, faults and bare status codes over HTTP.</summary>
public sealed class HttpRefusals(CommandRunner runner) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var refusal = exception is BadHttpRequestException bad
            ? new Refusal(bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? RefusalCode.LimitReached : RefusalCode.BadRequest, Sentence(bad))
            : runner.Translate(exception, httpContext.Request.Path);
        httpContext.Response.StatusCode = exception is BadHttpRequestException known ? known.StatusCode : StatusOf(refusal.Code);
        await Write(httpContext, refusal);
        return true;
    }

    /// <summary>Gives a body to what ASP.NET Core answers by itself.</summary>
    public static Task Complete(HttpContext http)
    {
        var status = http.Response.StatusCode;
        return Write(http, status switch
        {
            StatusCodes.Status401Unauthorized => new Refusal(RefusalCode.NotLoggedIn, "A valid token is needed."),
            StatusCodes.Status404NotFound => new Refusal(RefusalCode.NotFound, "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => new Refusal(RefusalCode.UnknownCommand, "This address does not take this method."),
            StatusCodes.Status413PayloadTooLarge => new Refusal(RefusalCode.LimitReached, "The body is too large."),
            StatusCodes.Status415UnsupportedMediaType => Refusal.BadRequest("The body must be application/json."),
            StatusCodes.Status429TooManyRequests => new Refusal(RefusalCode.TooManyRequests, "Too many requests; try again later."),
            _ => Refusal.BadRequest($"The request cannot be answered (status {status})."),
        });
    }

    public static int StatusOf(RefusalCode code) => code switch
    {
        RefusalCode.NotLoggedIn or RefusalCode.CredentialsInvalid or RefusalCode.ResumeExpired => StatusCodes.Status401Unauthorized,
        RefusalCode.NotAdministrator or RefusalCode.NotAllowed or RefusalCode.GuestsNotAllowed or RefusalCode.NotJoined or RefusalCode.NotMaster => StatusCodes.Status403Forbidden,
        RefusalCode.SessionNotFound or RefusalCode.UserNotFound or RefusalCode.RoomNotFound or RefusalCode.ScenarioNotFound or RefusalCode.NotFound or RefusalCode.UnknownCommand => StatusCodes.Status404NotFound,
        RefusalCode.NameTaken or RefusalCode.SessionNotEmpty or RefusalCode.AlreadyInSession or RefusalCode.AlreadyInThisSession or RefusalCode.KeyReused or RefusalCode.RoomFull or RefusalCode.ScenarioState => StatusCodes.Status409Conflict,
        RefusalCode.LimitReached => StatusCodes.Status413PayloadTooLarge,
        RefusalCode.TooManyRequests => StatusCodes.Status429TooManyRequests,
        RefusalCode.Temporary => StatusCodes.Status503ServiceUnavailable,
        RefusalCode.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Codes that only an address can be refused with.</summary>
    public static FrozenSet<RefusalCode> OnHttpAlone { get; } = FrozenSet.Create(RefusalCode.NotFound);

    /// <summary>Codes of what HTTP does not do: it logs nobody in on a connection, enters no session, and sends nothing to members.</summary>
    public static FrozenSet<RefusalCode> NeverOnHttp { get; } = FrozenSet.Create(
        RefusalCode.GuestsNotAllowed, RefusalCode.AlreadyLoggedIn, RefusalCode.SessionNotCreated, RefusalCode.AlreadyInSession, RefusalCode.AlreadyInThisSession, RefusalCode.RoomNotFound,
        RefusalCode.RoomFull, RefusalCode.NotInRoom, RefusalCode.NotInSession, RefusalCode.TargetNotInSession, RefusalCode.UserDataMissing, RefusalCode.TimeUnavailable, RefusalCode.NoMaster,
        RefusalCode.EventDataMissing, RefusalCode.NotMaster, RefusalCode.TargetMissing, RefusalCode.StreamUserMissing, RefusalCode.StreamKindMissing, RefusalCode.ResumeExpired);

    private static string Sentence(BadHttpRequestException bad) => bad.InnerException is JsonException json ? JsonSentences.Of(json) : bad.Message.StartsWith("Implicit body", StringComparison.Ordinal) ? "A JSON body is needed." : bad.Message;

    private static Task Write(HttpContext http, Refusal refusal) =>
        http.Response.WriteAsJsonAsync(new HttpError((int)refusal.Code, Replies.NameOf(refusal.Code), refusal.Message, refusal.IsTemporary), http.RequestAborted);
}
