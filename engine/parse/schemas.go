package parse

// log is one of the Windows event logs whose positional values are known.
type log uint8

const (
	logNone log = iota
	logSecurity
	logSystem
	logSysmon
	logPowerShell
)

func logOf(channel string) log {
	switch channel {
	case "Security":
		return logSecurity
	case "System":
		return logSystem
	case "Microsoft-Windows-Sysmon/Operational":
		return logSysmon
	case "Microsoft-Windows-PowerShell/Operational":
		return logPowerShell
	}
	return logNone
}

// schema is the order in which events of some ids keep their values, from the providers' manifests. Newer versions of an event
// append values; none reorders them, so that the longest known order serves all.
type schema struct {
	log   log
	ids   []int
	names string
}

const (
	subject = "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId "
	target  = "TargetUserName TargetDomainName TargetSid "
	account = "SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours"
	member  = "MemberName MemberSid " + target + subject + "PrivilegeList"
	object  = subject + "ObjectServer ObjectType ObjectName HandleId "
	sysmon  = "RuleName UtcTime ProcessGuid ProcessId Image "
)

var schemas = []schema{
	{logSecurity, []int{4624}, subject + "TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType LogonProcessName AuthenticationPackageName WorkstationName LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName VirtualAccount TargetLinkedLogonId ElevatedToken"},
	{logSecurity, []int{4625}, subject + "TargetUserSid TargetUserName TargetDomainName Status FailureReason SubStatus LogonType LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort"},
	{logSecurity, []int{4634}, "TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType"},
	{logSecurity, []int{4647}, "TargetUserSid TargetUserName TargetDomainName TargetLogonId"},
	{logSecurity, []int{4648}, subject + "LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName TargetInfo ProcessId ProcessName IpAddress IpPort"},
	{logSecurity, []int{4656}, object + "TransactionId AccessList AccessReason AccessMask PrivilegeList RestrictedSidCount ProcessId ProcessName ResourceAttributes"},
	{logSecurity, []int{4657}, subject + "ObjectName ObjectValueName HandleId OperationType OldValueType OldValue NewValueType NewValue ProcessId ProcessName"},
	{logSecurity, []int{4658}, subject + "ObjectServer HandleId ProcessId ProcessName"},
	{logSecurity, []int{4660}, subject + "ObjectServer HandleId ProcessId ProcessName TransactionId"},
	{logSecurity, []int{4661}, object + "TransactionId AccessList AccessMask PrivilegeList Properties RestrictedSidCount ProcessId ProcessName"},
	{logSecurity, []int{4662}, subject + "ObjectServer ObjectType ObjectName OperationType HandleId AccessList AccessMask Properties AdditionalInfo AdditionalInfo2"},
	{logSecurity, []int{4663}, object + "AccessList AccessMask ProcessId ProcessName ResourceAttributes"},
	{logSecurity, []int{4670}, object + "OldSd NewSd ProcessId ProcessName"},
	{logSecurity, []int{4672}, subject + "PrivilegeList"},
	{logSecurity, []int{4673}, subject + "ObjectServer Service PrivilegeList ProcessId ProcessName"},
	{logSecurity, []int{4674}, object + "AccessMask PrivilegeList ProcessId ProcessName"},
	{logSecurity, []int{4688}, subject + "NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId ParentProcessName MandatoryLabel"},
	{logSecurity, []int{4689}, subject + "Status ProcessId ProcessName"},
	{logSecurity, []int{4697}, subject + "ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount ClientProcessStartKey ClientProcessId ParentProcessId"},
	{logSecurity, []int{4698, 4699, 4700, 4701}, subject + "TaskName TaskContent ClientProcessStartKey ClientProcessId ParentProcessId RpcCallClientLocality FQDN"},
	{logSecurity, []int{4702}, subject + "TaskName TaskContentNew ClientProcessStartKey ClientProcessId ParentProcessId RpcCallClientLocality FQDN"},
	{logSecurity, []int{4719}, subject + "CategoryId SubcategoryId SubcategoryGuid AuditPolicyChanges"},
	{logSecurity, []int{4720}, target + subject + "PrivilegeList " + account},
	{logSecurity, []int{4722, 4725}, target + subject},
	{logSecurity, []int{4723, 4726}, target + subject + "PrivilegeList"},
	{logSecurity, []int{4724}, target + subject},
	{logSecurity, []int{4727, 4731, 4754}, target + subject + "PrivilegeList SamAccountName SidHistory"},
	{logSecurity, []int{4728, 4729, 4732, 4733, 4746, 4747, 4751, 4752, 4756, 4757, 4761, 4762}, member},
	{logSecurity, []int{4730, 4734, 4758}, target + subject + "PrivilegeList"},
	{logSecurity, []int{4735, 4737, 4755}, target + subject + "PrivilegeList SamAccountName SidHistory"},
	{logSecurity, []int{4738}, "Dummy " + target + subject + "PrivilegeList " + account},
	{logSecurity, []int{4740}, target + subject},
	{logSecurity, []int{4741}, target + subject + "PrivilegeList " + account + " DnsHostName ServicePrincipalNames"},
	{logSecurity, []int{4742}, "ComputerAccountChange " + target + subject + "PrivilegeList " + account + " DnsHostName ServicePrincipalNames"},
	{logSecurity, []int{4767}, target + subject},
	{logSecurity, []int{4768}, "TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions Status TicketEncryptionType PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint"},
	{logSecurity, []int{4769}, "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort Status LogonGuid TransmittedServices"},
	{logSecurity, []int{4770}, "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort"},
	{logSecurity, []int{4771}, "TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint"},
	{logSecurity, []int{4776}, "PackageName TargetUserName Workstation Status"},
	{logSecurity, []int{4778, 4779}, "AccountName AccountDomain LogonID SessionName ClientName ClientAddress"},
	{logSecurity, []int{4781}, "OldTargetUserName NewTargetUserName TargetDomainName TargetSid " + subject + "PrivilegeList"},
	{logSecurity, []int{4798}, target + subject + "CallerProcessId CallerProcessName"},
	{logSecurity, []int{4799}, target + subject + "CallerProcessId CallerProcessName"},
	{logSecurity, []int{4800, 4801}, "TargetUserSid TargetUserName TargetDomainName TargetLogonId SessionId"},
	{logSecurity, []int{5136}, "OpCorrelationID AppCorrelationID " + subject + "DSName DSType ObjectDN ObjectGUID ObjectClass AttributeLDAPDisplayName AttributeSyntaxOID AttributeValue OperationType"},
	{logSecurity, []int{5140}, subject + "ObjectType IpAddress IpPort ShareName ShareLocalPath AccessMask AccessList"},
	{logSecurity, []int{5145}, subject + "ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName AccessMask AccessList AccessReason"},
	{logSecurity, []int{5156, 5157}, "ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID"},
	{logSecurity, []int{5158}, "ProcessId Application SourceAddress SourcePort Protocol FilterRTID LayerName LayerRTID"},
	{logSecurity, []int{1102}, subject},

	{logSystem, []int{7045}, "ServiceName ImagePath ServiceType StartType AccountName"},
	{logSystem, []int{7036}, "param1 param2"},
	{logSystem, []int{7040}, "param1 param2 param3 param4"},
	{logSystem, []int{104}, "SubjectUserName SubjectDomainName Channel BackupPath"},

	{logSysmon, []int{1}, sysmon + "FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"},
	{logSysmon, []int{2}, sysmon + "TargetFilename CreationUtcTime PreviousCreationUtcTime User"},
	{logSysmon, []int{3}, sysmon + "User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName"},
	{logSysmon, []int{5}, sysmon + "User"},
	{logSysmon, []int{6}, "RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus"},
	{logSysmon, []int{7}, sysmon + "ImageLoaded FileVersion Description Product Company OriginalFileName Hashes Signed Signature SignatureStatus User"},
	{logSysmon, []int{8}, "RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser"},
	{logSysmon, []int{9}, sysmon + "Device User"},
	{logSysmon, []int{10}, "RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser"},
	{logSysmon, []int{11}, sysmon + "TargetFilename CreationUtcTime User"},
	{logSysmon, []int{12}, "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject User"},
	{logSysmon, []int{13}, "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details User"},
	{logSysmon, []int{14}, "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject NewName User"},
	{logSysmon, []int{15}, sysmon + "TargetFilename CreationUtcTime Hash Contents User"},
	{logSysmon, []int{17, 18}, "RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User"},
	{logSysmon, []int{22}, "RuleName UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User"},
	{logSysmon, []int{23, 26}, "RuleName UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable Archived"},
	{logSysmon, []int{25}, sysmon + "Type User"},

	{logPowerShell, []int{4103}, "ContextInfo UserData Payload"},
	{logPowerShell, []int{4104}, "MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path"},
}
