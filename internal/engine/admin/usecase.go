package admin

import "ringfence/internal/pbx"

// UseCase names what an actor does; each declares the permission it needs, and change sets carry it as their intent.
type UseCase string

// The use cases.
const (
	OrganizationRead   UseCase = "organization.read"
	OrganizationUpdate UseCase = "organization.update"
	GroupList          UseCase = "group.list"
	GroupRead          UseCase = "group.read"
	GroupCreate        UseCase = "group.create"
	GroupUpdate        UseCase = "group.update"
	GroupDelete        UseCase = "group.delete"
	ProfileList        UseCase = "profile.list"
	ProfileCreate      UseCase = "profile.create"
	ProfileUpdate      UseCase = "profile.update"
	ProfileDelete      UseCase = "profile.delete"
	PermissionCreate   UseCase = "permission.create"
	PermissionUpdate   UseCase = "permission.update"
	PermissionDelete   UseCase = "permission.delete"
	LocationList       UseCase = "location.list"
	LocationRead       UseCase = "location.read"
	LocationCreate     UseCase = "location.create"
	LocationUpdate     UseCase = "location.update"
	LocationDelete     UseCase = "location.delete"
	UserList           UseCase = "user.list"
	UserRead           UseCase = "user.read"
	UserCreate         UseCase = "user.create"
	UserLoad           UseCase = "user.load"
	UserUpdate         UseCase = "user.update"
	UserReset          UseCase = "user.reset"
	UserAdministrator  UseCase = "user.administrator"
	UserBulk           UseCase = "user.bulk"
	UserSeveral        UseCase = "user.several"
	PhotoStore         UseCase = "photo.store"
	UserDelete         UseCase = "user.delete"
	UserRenumber       UseCase = "user.renumber"
	UserRename         UseCase = "user.rename"
	UserHandOver       UseCase = "user.handOver"
	UserLeave          UseCase = "user.leave"
	UserComeBack       UseCase = "user.comeBack"
	UserForward        UseCase = "user.forward"
	LeaveList          UseCase = "leave.list"
	LeaveCarryOut      UseCase = "leave.carryOut"
	NumberEnd          UseCase = "number.end"
	DeviceList         UseCase = "device.list"
	DeviceRead         UseCase = "device.read"
	DeviceUpdate       UseCase = "device.update"
	DeviceLetIn        UseCase = "device.let_in"
	PoolList           UseCase = "pool.list"
	PoolCreate         UseCase = "pool.create"
	PoolUpdate         UseCase = "pool.update"
	PoolDelete         UseCase = "pool.delete"
	NumberHold         UseCase = "number.hold"
	NumberList         UseCase = "number.list"
	NumberRead         UseCase = "number.read"
	NumberRelease      UseCase = "number.release"
	OutsideList        UseCase = "outside.list"
	OutsideRead        UseCase = "outside.read"
	OutsideCreate      UseCase = "outside.create"
	OutsideBlocks      UseCase = "outside.blocks"
	OutsideImport      UseCase = "outside.import"
	OutsideUpdate      UseCase = "outside.update"
	OutsideDelete      UseCase = "outside.delete"
	RingGroupList      UseCase = "ringGroup.list"
	RingGroupRead      UseCase = "ringGroup.read"
	RingGroupCreate    UseCase = "ringGroup.create"
	RingGroupUpdate    UseCase = "ringGroup.update"
	RingGroupDelete    UseCase = "ringGroup.delete"
	DeletedList        UseCase = "deleted.list"
	DeletedRestore     UseCase = "deleted.restore"
	DeletedPurge       UseCase = "deleted.purge"
	DeletedErase       UseCase = "deleted.erase"
	AuditList          UseCase = "audit.list"
	AuditRead          UseCase = "audit.read"
	AuditUndo          UseCase = "audit.undo"
	SettingList        UseCase = "setting.list"
	SettingPut         UseCase = "setting.put"
	SettingReset       UseCase = "setting.reset"
	TokenList          UseCase = "token.list"
	TokenCreate        UseCase = "token.create"
	TokenRevoke        UseCase = "token.revoke"
	MeUpdate           UseCase = "me.update"
	MeForward          UseCase = "me.forward"
	MailRead           UseCase = "mail.read"
	MailUpdate         UseCase = "mail.update"
	UserInvite         UseCase = "user.invite"
	PasswordChoose     UseCase = "password.choose"
	PINChoose          UseCase = "pin.choose"
	EmailConfirm       UseCase = "email.confirm"
	SetUpRun           UseCase = "setup.run"
	Bootstrapping      UseCase = "setup.bootstrap"

	// Those below are read from elsewhere than the store; the edges ask Allow before they answer.
	MailTest         UseCase = "mail.test"
	MailOutbox       UseCase = "mail.outbox"
	MailMend         UseCase = "mail.mend"
	RegistrationList UseCase = "registration.list"
	CallList         UseCase = "call.list"
	CallHangup       UseCase = "call.hangup"
	RecordList       UseCase = "record.list"
	MailboxList      UseCase = "mailbox.list"
	EventFollow      UseCase = "event.follow"
	Self             UseCase = "self"
)

// UseCases lists every use case with its permission.
func UseCases() map[UseCase]pbx.Permission {
	return map[UseCase]pbx.Permission{
		OrganizationRead: pbx.PermOrganizationRead, OrganizationUpdate: pbx.PermOrganizationWrite,
		GroupList: pbx.PermGroupsRead, GroupRead: pbx.PermGroupsRead, GroupCreate: pbx.PermGroupsWrite,
		GroupUpdate: pbx.PermGroupsWrite, GroupDelete: pbx.PermGroupsWrite,
		ProfileList: pbx.PermGroupsRead, ProfileCreate: pbx.PermSettingsWrite, ProfileUpdate: pbx.PermSettingsWrite,
		ProfileDelete: pbx.PermSettingsWrite, PermissionCreate: pbx.PermSettingsWrite,
		PermissionUpdate: pbx.PermSettingsWrite, PermissionDelete: pbx.PermSettingsWrite,
		LocationList: pbx.PermLocationsRead, LocationRead: pbx.PermLocationsRead, LocationCreate: pbx.PermLocationsWrite,
		LocationUpdate: pbx.PermLocationsWrite, LocationDelete: pbx.PermLocationsWrite,
		UserList: pbx.PermUsersRead, UserRead: pbx.PermUsersRead, UserCreate: pbx.PermUsersWrite, UserLoad: pbx.PermUsersWrite,
		UserUpdate: pbx.PermUsersWrite, UserReset: pbx.PermUsersWrite, UserDelete: pbx.PermUsersWrite,
		UserRenumber: pbx.PermUsersWrite, UserRename: pbx.PermUsersWrite, UserHandOver: pbx.PermUsersWrite,
		UserLeave: pbx.PermUsersWrite, UserComeBack: pbx.PermUsersWrite, UserForward: pbx.PermUsersWrite, LeaveList: pbx.PermUsersRead,
		LeaveCarryOut: pbx.PermOrganizationWrite, NumberEnd: pbx.PermOrganizationWrite,
		UserAdministrator: pbx.PermRolesWrite, UserBulk: pbx.PermUsersWrite, UserSeveral: pbx.PermUsersWrite,
		PhotoStore: pbx.PermUsersWrite,
		DeviceList: pbx.PermDevicesRead, DeviceRead: pbx.PermDevicesRead, DeviceUpdate: pbx.PermDevicesWrite, DeviceLetIn: pbx.PermDevicesWrite,
		PoolList: pbx.PermNumbersRead, PoolCreate: pbx.PermPoolsWrite, PoolUpdate: pbx.PermPoolsWrite,
		PoolDelete: pbx.PermPoolsWrite,
		NumberHold: pbx.PermNumbersWrite, NumberList: pbx.PermNumbersRead, NumberRead: pbx.PermNumbersRead,
		NumberRelease: pbx.PermDeletedWrite,
		OutsideList:   pbx.PermNumbersRead, OutsideRead: pbx.PermNumbersRead, OutsideCreate: pbx.PermPoolsWrite,
		OutsideBlocks: pbx.PermPoolsWrite, OutsideImport: pbx.PermPoolsWrite, OutsideUpdate: pbx.PermPoolsWrite,
		OutsideDelete: pbx.PermPoolsWrite,
		RingGroupList: pbx.PermNumbersRead, RingGroupRead: pbx.PermNumbersRead, RingGroupCreate: pbx.PermPoolsWrite,
		RingGroupUpdate: pbx.PermPoolsWrite, RingGroupDelete: pbx.PermPoolsWrite,
		DeletedList: pbx.PermDeletedRead, DeletedRestore: pbx.PermDeletedWrite, DeletedPurge: pbx.PermDeletedWrite,
		DeletedErase: pbx.PermDeletedWrite,
		AuditList:    pbx.PermAuditRead, AuditRead: pbx.PermAuditRead, AuditUndo: pbx.PermAuditUndo,
		SettingList: pbx.PermSettingsRead, SettingPut: pbx.PermSettingsWrite, SettingReset: pbx.PermSettingsWrite,
		TokenList: pbx.PermTokensOwn, TokenCreate: pbx.PermTokensOwn, TokenRevoke: pbx.PermTokensOwn,
		MeUpdate: pbx.PermSelfWrite, MeForward: pbx.PermSelfWrite,
		MailRead: pbx.PermOrganizationRead, MailUpdate: pbx.PermOrganizationWrite, MailTest: pbx.PermOrganizationWrite,
		MailOutbox: pbx.PermOrganizationRead, MailMend: pbx.PermOrganizationWrite, UserInvite: pbx.PermUsersWrite,
		PasswordChoose: pbx.PermSelfWrite, PINChoose: pbx.PermSelfWrite, EmailConfirm: pbx.PermSelfWrite,
		SetUpRun: pbx.PermOrganizationWrite, Bootstrapping: pbx.PermOrganizationWrite,
		RegistrationList: pbx.PermDevicesRead, CallList: pbx.PermCallsRead, CallHangup: pbx.PermCallsWrite,
		RecordList: pbx.PermRecordsRead, MailboxList: pbx.PermVoicemailRead, EventFollow: pbx.PermSelf, Self: pbx.PermSelf,
	}
}

// Allow is Forbidden unless the actor has the permission that the use case declares.
func Allow(a Actor, u UseCase) error {
	p, ok := UseCases()[u]
	if !ok {
		return pbx.Errorf(pbx.Forbidden, "There is no use case "+string(u)+".")
	}
	if !a.May(p) {
		return pbx.Errorf(pbx.Forbidden, "You are not allowed to do this.")
	}
	return nil
}
