using Microsoft.Extensions.Logging;
using Orchestrator.Accounts;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Security;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Logs in: with the name alone as a guest, with name and password, or with neither on a connection that carries an account's token.</summary>
public sealed record LoginParameters(string? UserName = null, string? UserPassword = null);

/// <summary>What a client needs from its login on.</summary>
/// <param name="ResumeToken">Brings this device back after a lost connection, within the grace period.</param>
/// <param name="Session">The session that the user is in already, with another device.</param>
public sealed record LoginBody(UserId UserId, string UserName, DeviceId DeviceId, string ResumeToken, double GraceSeconds, SessionRecord? Session);

/// <summary>Comes back on a new connection.</summary>
/// <param name="At">The last event that was seen of the session; null: a snapshot is wanted.</param>
public sealed record ResumeParameters(string Token, Place? At = null);

/// <summary>What a client finds when it comes back.</summary>
/// <param name="Recovered">True: everything missed follows, each event once. False: begin again from <paramref name="Session"/>.</param>
/// <param name="Session">The session, when not everything could be recovered; null when the user is in none any more.</param>
public sealed record ResumeBody(UserId UserId, string UserName, DeviceId DeviceId, string ResumeToken, bool Recovered, SessionRecord? Session, bool InSession);

/// <summary>Commands about the user itself.</summary>
public sealed class UserCommands
{
    private readonly IGrainFactory _grains;
    private readonly IIdSource _ids;
    private readonly Limits _limits;
    private readonly Passwords _passwords;
    private readonly ResumeTokens _tokens;
    private readonly AccessTokens _access;
    private readonly PasswordRate _rate;
    private readonly GuestRule _guests;
    private readonly ILogger _log;
    private readonly ConnectionCloser _closer;
    private readonly SessionEntrance _entrance;
    private readonly UserFollower _follower;
    private readonly ConnectionMeter _meter;

    public UserCommands(
        IGrainFactory grains, IIdSource ids, Limits limits, Passwords passwords, ResumeTokens tokens, AccessTokens access, PasswordRate rate, GuestRule guests, ConnectionCloser closer, SessionEntrance entrance, UserFollower follower, ConnectionMeter meter, ILogger<UserCommands> log)
    {
        (_grains, _ids, _limits, _passwords, _tokens, _access, _rate, _guests, _closer, _entrance, _follower, _meter, _log) =
            (grains, ids, limits, passwords, tokens, access, rate, guests, closer, entrance, follower, meter, log);
        Login = new("Login", LogIn, Validate);
        Resume = new("Resume", ComeBack);
        Logout = new("Logout", LogOut);
    }

    public Command<LoginParameters, LoginBody> Login { get; }

    public Command<ResumeParameters, ResumeBody> Resume { get; }

    public Command<NoParameters, Nothing> Logout { get; }

    private static void Validate(LoginParameters parameters, Limits limits)
    {
        Validation.Length(parameters.UserName, "userName", limits.NameLengthMax);
        Validation.Length(parameters.UserPassword, "userPassword", limits.PasswordLengthMax);
    }

    private async Task<Answer<LoginBody>> LogIn(CommandContext context, LoginParameters parameters)
    {
        var connection = context.Socket;
        if (connection.Caller is not null)
        {
            throw new Refusal(RefusalCode.AlreadyLoggedIn, "Somebody is logged in on this connection already.");
        }

        var (caller, account) = await Identify(context.Origin, parameters);
        SessionEntered? session;
        try
        {
            var entered = await User(caller).Login(caller, new Login(connection.Id));
            (session, _) = await Enter(connection, caller, entered.Session, after: null);
            await DemandSame(account, RefusalCode.CredentialsInvalid);
            connection.LastUserChange = new(caller.User, entered.UserAt);
        }
        catch
        {
            // Nobody holds this device's token, so nobody could ever come back to it.
            await Undo(connection, () => User(caller).Logout(caller.Device));
            throw;
        }

        return new(
            new LoginBody(caller.User, caller.UserName, caller.Device, _tokens.Issue(caller, account), _limits.GraceSeconds, session?.Session),
            PlaceOf(session));
    }

    private async Task<Answer<ResumeBody>> ComeBack(CommandContext context, ResumeParameters parameters)
    {
        var connection = context.Socket;
        var (caller, account) = await _tokens.Read(parameters.Token);
        if (connection.Caller is { } present && present.Device != caller.Device)
        {
            throw new Refusal(RefusalCode.AlreadyLoggedIn, "Somebody else is logged in on this connection.");
        }

        var entered = await User(caller).Resume(caller, connection.Id);
        var place = parameters.At;
        var after = place is not null && place.Source == entered.Session?.Value ? place.Position : (Position?)null;
        (SessionEntered? Entered, bool Recovered) session;
        try
        {
            session = await Enter(connection, caller, entered.Session, after);
            await DemandSame(account, RefusalCode.ResumeExpired);
            connection.LastUserChange = new(caller.User, entered.UserAt);
        }
        catch
        {
            await Undo(connection, () => User(caller).Disconnected(caller.Device, connection.Id));
            throw;
        }

        var recovered = session.Recovered || (entered.Session is null && place is null);
        _meter.Resumed(recovered);
        return new(
            new ResumeBody(caller.User, caller.UserName, caller.Device, _tokens.Issue(caller, account), recovered, session.Entered?.Session, connection.Session is not null),
            PlaceOf(session.Entered) ?? (session.Recovered ? place : null));
    }

    private async Task<Answer<Nothing>> LogOut(CommandContext context, NoParameters parameters)
    {
        var connection = context.Socket;
        var caller = context.User;
        await _closer.Unsubscribe(connection);
        await User(caller).Logout(caller.Device);
        connection.LoggedOut();
        return Nothing.Answer;
    }

    /// <summary>Takes a login back that could not be finished, so that it can be tried again.</summary>
    private async Task Undo(ClientConnection connection, Func<Task> tell)
    {
        await _closer.Unsubscribe(connection);
        connection.LoggedOut();
        try
        {
            await tell();
        }
        catch (Exception e)
        {
            _log.LogWarning(e, "A login on {Connection} could not be taken back", connection.Id);
        }
    }

    private async Task<(Caller Caller, AccountRecord? Account)> Identify(Origin origin, LoginParameters parameters)
    {
        var device = new DeviceId(_ids.Next());
        if (parameters.UserPassword is { Length: > 0 } password)
        {
            _rate.Demand(origin.Address);
            var account = await _passwords.Check(parameters.UserName ?? "", password);
            return (new Caller(account.UserId, device, account.UserName, account.Role), account);
        }

        if (origin.Account is { } connected)
        {
            // The token was read when the connection was opened; the account may have changed since.
            var holder = await _access.Renew(connected)
                ?? throw new Refusal(RefusalCode.CredentialsInvalid, "The token of this connection is no longer valid.");
            return (new Caller(holder.UserId, device, holder.UserName, holder.Role), holder);
        }

        if (string.IsNullOrWhiteSpace(parameters.UserName))
        {
            throw new Refusal(RefusalCode.NotLoggedIn, "The user credentials are missing.");
        }

        _guests.Demand(origin);
        return (new Caller(new UserId(_ids.Next()), device, parameters.UserName.Trim()), null);
    }

    private async Task<(SessionEntered? Entered, bool Recovered)> Enter(ClientConnection connection, Caller caller, SessionId? session, Position? after)
    {
        connection.LoggedIn(caller);
        await _follower.Begin(connection);
        if (session is not { } id)
        {
            return (null, false);
        }

        try
        {
            return await _entrance.Resume(connection, id, after);
        }
        catch (Refusal refusal) when (!refusal.IsTemporary)
        {
            // It ended between the two calls.
            return (null, false);
        }
    }

    /// <summary>
    /// Looks again, now that the connection hears what becomes of its user: of an account that was removed, or got another role, while the password was compared
    /// it has heard nothing.
    /// </summary>
    private async Task DemandSame(AccountRecord? account, RefusalCode code)
    {
        if (account is not null && (await _access.Renew(account))?.Role != account.Role)
        {
            throw new Refusal(code, "The account was changed meanwhile; log in again.");
        }
    }

    private IUserGrain User(Caller caller) => _grains.GetGrain<IUserGrain>(caller.User.Value);

    private static Place? PlaceOf(SessionEntered? entered) =>
        entered is null ? null : Place.Of(entered.Session.SessionId.Value, entered.At);
}
