package lightsail

import (
	"fmt"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

type databaseInput struct {
	Name     string `json:"relationalDatabaseName"`
	Snapshot string `json:"relationalDatabaseSnapshotName"`
	Password string `json:"passwordVersion"`
	Resource string `json:"resourceName"`
	ID       string `json:"operationId"`
	Minutes  int    `json:"durationInMinutes"`
}

// query decodes a read of the database side and answers it.
func query(c *call, look func(now time.Time, s *world.State, in databaseInput) (any, error)) (any, error) {
	var in databaseInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.read(func(now time.Time, s *world.State) (any, error) { return look(now, s, in) })
}

func databaseArn(s *world.State, id string) string {
	return "arn:aws:lightsail:" + s.Region + ":" + s.Account + ":RelationalDatabase/" + id
}

func databaseShape(now time.Time, s *world.State, d *world.Database) map[string]any {
	out := map[string]any{
		"name": d.Name, "arn": databaseArn(s, d.ID), "supportCode": d.SupportCode, "createdAt": stamp(d.CreatedAt),
		"location": location{d.Zone, s.Region}, "resourceType": "RelationalDatabase", "tags": []tag{},
		"relationalDatabaseBlueprintId": "postgres_13", "relationalDatabaseBundleId": d.Bundle, "masterDatabaseName": d.Master,
		"hardware": map[string]any{"cpuCount": 2, "diskSizeInGb": d.DiskGB, "ramSizeInGb": 1.0}, "state": d.State,
		"backupRetentionEnabled": d.Retention, "pendingModifiedValues": map[string]any{}, "engine": "postgres", "engineVersion": d.Engine,
		"masterUsername": d.User, "parameterApplyStatus": "in-sync", "preferredBackupWindow": d.BackupWindow,
		"preferredMaintenanceWindow": d.Maintenance, "publiclyAccessible": d.Public, "pendingMaintenanceActions": []any{},
		"masterEndpoint": map[string]any{"port": d.Port, "address": d.Address}, "caCertificateIdentifier": "rds-ca-rsa2048-g1",
	}
	if d.Retention {
		out["latestRestorableTime"] = stamp(d.Restorable(now))
	}
	return out
}

func database(s *world.State, name string) (*world.Database, error) {
	if d := s.Database(name); d != nil {
		return d, nil
	}
	return nil, notFound(fmt.Sprintf("The RelationalDatabase does not exist: %s", name))
}

func getRelationalDatabase(c *call) (any, error) {
	return query(c, func(now time.Time, s *world.State, in databaseInput) (any, error) {
		d, err := database(s, in.Name)
		if err != nil {
			return nil, err
		}
		return map[string]any{"relationalDatabase": databaseShape(now, s, d)}, nil
	})
}

func getRelationalDatabases(c *call) (any, error) {
	return query(c, func(now time.Time, s *world.State, _ databaseInput) (any, error) {
		out := []any{}
		for _, d := range s.Databases {
			out = append(out, databaseShape(now, s, d))
		}
		return map[string]any{"relationalDatabases": out}, nil
	})
}

func snapshotShape(s *world.State, n world.Snapshot) map[string]any {
	return map[string]any{
		"name": n.Name, "arn": "arn:aws:lightsail:" + s.Region + ":" + s.Account + ":RelationalDatabaseSnapshot/" + n.ID,
		"supportCode": n.SupportCode, "createdAt": stamp(n.CreatedAt), "location": location{"all", s.Region},
		"resourceType": "RelationalDatabaseSnapshot", "tags": []tag{}, "engine": "postgres", "engineVersion": n.Engine, "sizeInGb": n.SizeGB,
		"state": n.State, "fromRelationalDatabaseName": n.Database, "fromRelationalDatabaseArn": databaseArn(s, n.DatabaseID),
		"fromRelationalDatabaseBundleId": n.Bundle, "fromRelationalDatabaseBlueprintId": "postgres_13",
	}
}

func getRelationalDatabaseSnapshot(c *call) (any, error) {
	return query(c, func(_ time.Time, s *world.State, in databaseInput) (any, error) {
		for _, n := range s.Snapshots {
			if n.Name == in.Snapshot {
				return map[string]any{"relationalDatabaseSnapshot": snapshotShape(s, n)}, nil
			}
		}
		return nil, notFound(fmt.Sprintf("The RelationalDatabaseSnapshot does not exist: %s", in.Snapshot))
	})
}

func getRelationalDatabaseSnapshots(c *call) (any, error) {
	return query(c, func(_ time.Time, s *world.State, _ databaseInput) (any, error) {
		out := []any{}
		for _, n := range s.Snapshots {
			out = append(out, snapshotShape(s, n))
		}
		return map[string]any{"relationalDatabaseSnapshots": out}, nil
	})
}

func getRelationalDatabaseMasterUserPassword(c *call) (any, error) {
	return query(c, func(_ time.Time, s *world.State, in databaseInput) (any, error) {
		d, err := database(s, in.Name)
		if err != nil {
			return nil, err
		}
		if c.who.ReadOnly || !c.signed {
			return nil, refuse("AccessDeniedException", "User is not authorized to perform: lightsail:GetRelationalDatabaseMasterUserPassword")
		}
		if in.Password != "" && in.Password != "CURRENT" {
			return nil, notFound(fmt.Sprintf("The database %s has no %s password.", d.Name, in.Password))
		}
		return map[string]any{"masterUserPassword": d.Password, "createdAt": stamp(d.PasswordAt)}, nil
	})
}

// getRelationalDatabaseEvents tells of the daily backup, which every database has.
func getRelationalDatabaseEvents(c *call) (any, error) {
	return query(c, func(now time.Time, s *world.State, in databaseInput) (any, error) {
		d, err := database(s, in.Name)
		if err != nil {
			return nil, err
		}
		if in.Minutes == 0 {
			in.Minutes = 60
		}
		if in.Minutes < 1 || in.Minutes > 20160 {
			return nil, input("durationInMinutes must be between 1 and 20160.")
		}
		out := []any{}
		from := now.Add(-time.Duration(in.Minutes) * time.Minute)
		for day := from.Truncate(24 * time.Hour); !day.After(now); day = day.Add(24 * time.Hour) {
			for _, e := range []struct {
				at   time.Duration
				text string
			}{{72 * time.Minute, "Backing up DB instance"}, {73*time.Minute + 43*time.Second, "Finished DB Instance backup"}} {
				if at := day.Add(e.at); !at.Before(from) && !at.After(now) {
					out = append(out, map[string]any{"resource": d.Name, "createdAt": stamp(at), "message": e.text, "eventCategories": []string{"backup"}})
				}
			}
		}
		return map[string]any{"relationalDatabaseEvents": out}, nil
	})
}

func operationShape(s *world.State, o world.Operation) map[string]any {
	return map[string]any{
		"id": o.ID, "resourceName": o.Resource, "resourceType": o.ResourceType, "createdAt": stamp(o.CreatedAt), "location": location{o.Zone, s.Region},
		"isTerminal": o.Status != "Started" && o.Status != "NotStarted", "operationDetails": o.Details, "operationType": o.Type, "status": o.Status,
		"statusChangedAt": stamp(o.ChangedAt),
	}
}

func getOperation(c *call) (any, error) {
	return query(c, func(_ time.Time, s *world.State, in databaseInput) (any, error) {
		for _, o := range s.Operations {
			if o.ID == in.ID {
				return map[string]any{"operation": operationShape(s, o)}, nil
			}
		}
		return nil, notFound(fmt.Sprintf("The Operation does not exist: %s", in.ID))
	})
}

func getOperations(c *call) (any, error) {
	return query(c, func(_ time.Time, s *world.State, _ databaseInput) (any, error) {
		out := []any{}
		for _, o := range s.Operations {
			out = append(out, operationShape(s, o))
		}
		return map[string]any{"operations": out}, nil
	})
}

func getOperationsForResource(c *call) (any, error) {
	return query(c, func(_ time.Time, s *world.State, in databaseInput) (any, error) {
		if s.Database(in.Resource) == nil && s.Service(in.Resource) == nil {
			return nil, notFound(fmt.Sprintf("The Resource does not exist: %s", in.Resource))
		}
		out := []any{}
		for _, o := range s.Operations {
			if o.Resource == in.Resource {
				out = append(out, operationShape(s, o))
			}
		}
		return map[string]any{"operations": out}, nil
	})
}
