<?php
// SabreDAV as Nextcloud, ownCloud and Baikal build on it: one account with an address book and a calendar, for the tests.
// LOCKSTEP_SABRE names the folder of its database, and of the file with the password (`users`, as `me:password`). As long as there is one of the name
// `only-read` nothing may be written, as in what somebody else shares.
error_reporting(E_ERROR);
ini_set('display_errors', '0');
date_default_timezone_set('UTC');
require_once 'Sabre/autoload.php';

$home = getenv('LOCKSTEP_SABRE');
$isNew = !file_exists("$home/db.sqlite");
$database = new PDO("sqlite:$home/db.sqlite");
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$database->setAttribute(PDO::ATTR_STRINGIFY_FETCHES, true);
if ($isNew) {
    foreach ([
        'CREATE TABLE principals (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, email TEXT, displayname TEXT, vcardurl TEXT)',
        'CREATE TABLE groupmembers (id INTEGER PRIMARY KEY, principal_id INTEGER, member_id INTEGER)',
        'CREATE TABLE addressbooks (id INTEGER PRIMARY KEY, principaluri TEXT, displayname TEXT, uri TEXT, description TEXT, ctag INTEGER)',
        'CREATE TABLE cards (id INTEGER PRIMARY KEY, addressbookid INTEGER, carddata BLOB, uri TEXT, lastmodified INTEGER)',
        'CREATE TABLE calendars (id INTEGER PRIMARY KEY, principaluri TEXT, displayname TEXT, uri TEXT, ctag INTEGER, description TEXT,
            calendarorder INTEGER, calendarcolor TEXT, timezone TEXT, components TEXT, transparent INTEGER)',
        'CREATE TABLE calendarobjects (id INTEGER PRIMARY KEY, calendardata BLOB, uri TEXT, calendarid INTEGER, lastmodified INTEGER,
            etag TEXT, size INTEGER, componenttype TEXT, firstoccurence INTEGER, lastoccurence INTEGER)',
        "INSERT INTO principals (uri, displayname) VALUES ('principals/me', 'Me')",
        "INSERT INTO addressbooks (principaluri, displayname, uri, ctag) VALUES ('principals/me', 'Book', 'book', 1)",
        "INSERT INTO calendars (principaluri, displayname, uri, ctag, components, transparent)
            VALUES ('principals/me', 'Plans', 'plans', 1, 'VEVENT,VTODO,VJOURNAL', 0)",
    ] as $statement) {
        $database->exec($statement);
    }
}

// As Baikal is mostly set up to ask: for a digest, and not for the password.
class Account extends \Sabre\DAV\Auth\Backend\AbstractDigest
{
    public function getDigestHash($realm, $user)
    {
        [$known, $password] = explode(':', trim(file_get_contents(getenv('LOCKSTEP_SABRE') . '/users')), 2);
        return $user === $known ? md5("$user:$realm:$password") : null;
    }
}

class Rights extends \Sabre\DAVACL\Plugin
{
    public function getACL($node)
    {
        $acl = parent::getACL($node);
        if ($acl === null || !file_exists(getenv('LOCKSTEP_SABRE') . '/only-read')) {
            return $acl;
        }
        return array_values(array_filter($acl, fn ($each) => $each['privilege'] === '{DAV:}read'));
    }
}

$principals = new \Sabre\DAVACL\PrincipalBackend\PDO($database);
$server = new \Sabre\DAV\Server([
    new \Sabre\CalDAV\Principal\Collection($principals),
    new \Sabre\CalDAV\CalendarRootNode($principals, new \Sabre\CalDAV\Backend\PDO($database)),
    new \Sabre\CardDAV\AddressBookRoot($principals, new \Sabre\CardDAV\Backend\PDO($database)),
]);
$server->setBaseUri('/');
$server->addPlugin(new \Sabre\DAV\Auth\Plugin(new Account(), 'Lockstep'));
$server->addPlugin(new \Sabre\CalDAV\Plugin());
$server->addPlugin(new \Sabre\CardDAV\Plugin());
$server->addPlugin(new Rights());
$server->exec();
