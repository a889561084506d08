using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.DataStreams;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator;

// The same with every message copied: a cluster, as far as it can be seen in one process. Silos copy by themselves, so the cluster engine has no use for this file.
public sealed class AccountGrainWithCopiedMessagesTests() : AccountGrainSuite(copyMessages: true);

public sealed class AdministratorsGrainWithCopiedMessagesTests() : AdministratorsGrainSuite(copyMessages: true);

public sealed class AuditWithCopiedMessagesTests() : AuditSuite(copyMessages: true);

public sealed class DataStreamGrainWithCopiedMessagesTests() : DataStreamGrainSuite(copyMessages: true);

public sealed class ScenarioCatalogueGrainWithCopiedMessagesTests() : ScenarioCatalogueGrainSuite(copyMessages: true);

public sealed class ScenarioInstanceGrainWithCopiedMessagesTests() : ScenarioInstanceGrainSuite(copyMessages: true);

public sealed class RoomGrainWithCopiedMessagesTests() : RoomGrainSuite(copyMessages: true);

public sealed class DismissalWithCopiedMessagesTests() : DismissalSuite(copyMessages: true);

public sealed class UserDataGrainWithCopiedMessagesTests() : UserDataGrainSuite(copyMessages: true);

public sealed class UserDirectoryGrainWithCopiedMessagesTests() : UserDirectoryGrainSuite(copyMessages: true);

public sealed class UserGrainWithCopiedMessagesTests() : UserGrainSuite(copyMessages: true);
